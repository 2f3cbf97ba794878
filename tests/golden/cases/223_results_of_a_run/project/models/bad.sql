{{ config(materialized='table') }}select * from nowhere_at_all
