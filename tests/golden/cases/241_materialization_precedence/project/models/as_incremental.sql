{{ config(materialized='incremental') }} select 'built in' as made_by
