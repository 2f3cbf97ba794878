{% snapshot m1 %}{{ config(target_schema='q', unique_key='a', strategy='timestamp', updated_at='b') }} select * from {{ ref('a') }}{% endsnapshot %}

{% snapshot m2 %}{{ config(schema='q2', unique_key='a', strategy='check', check_cols=['b'], tags='m') }} select * from {{ source('z','t') }}{% endsnapshot %}