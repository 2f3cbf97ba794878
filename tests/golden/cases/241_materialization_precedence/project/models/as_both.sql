{{ config(materialized='both') }} select 'built in' as made_by
