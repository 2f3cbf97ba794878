{{ config(materialized='table') }} select 'built in' as made_by
