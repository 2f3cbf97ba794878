{{ config(materialized='view') }} select 'built in' as made_by
