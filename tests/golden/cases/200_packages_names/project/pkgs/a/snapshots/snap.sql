{% snapshot snap_a %}{{ config(strategy='check', unique_key='who', check_cols='all', target_schema='main') }}select * from {{ ref('m') }}{% endsnapshot %}
