{{ config(materialized='from_two') }} select 'built in' as made_by
