{{ config(materialized='table', meta={'owner': 'me'}, tags=['t1']) }}select 1 as id, cast('a' as text) as name, cast(1.5 as numeric) as amt
