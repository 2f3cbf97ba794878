{% snapshot h %}
{{ config(strategy='check', unique_key='id', check_cols='all', tags=['history'], post_hook="create table if not exists log as select '{{ this.identifier }}' as t, {{ var('now') | length }} as n") }}
select * from {{ ref('m') }}
{% endsnapshot %}
{% snapshot h_again %}
{{ config(strategy='check', unique_key='id', check_cols=['versions']) }}
select * from {{ ref('below') }}
{% endsnapshot %}
