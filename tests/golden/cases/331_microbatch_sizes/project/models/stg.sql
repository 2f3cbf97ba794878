{{ config(materialized='table', event_time='ts') }} select * from {{ source('s', 'ev') }}
