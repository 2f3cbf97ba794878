{{ config(materialized='table') }}
select cast(id as int) as id, cast(name as text) as name from {{ ref('e') }}
