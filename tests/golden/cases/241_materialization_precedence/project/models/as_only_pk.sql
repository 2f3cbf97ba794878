{{ config(materialized='only_pk') }} select 'built in' as made_by
