{{ config(materialized='incremental') }}
select cast(id as int) as id, cast(name as text) as name from {{ ref('raw_t') }}
{% if is_incremental() %} where id > (select max(id) from {{ this }}) {% endif %}
