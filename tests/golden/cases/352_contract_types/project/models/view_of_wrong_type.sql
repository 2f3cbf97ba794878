{{ config(materialized='view') }} select code as n from {{ ref('typed') }}
