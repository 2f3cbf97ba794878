{{ config(materialized='ephemeral') }}
select id, name from {{ ref('raw_t') }}
