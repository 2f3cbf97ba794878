{{ config(materialized='table') }}
select cast(id as int) as id, cast('one' as text) as version from {{ ref('raw_t') }}
