{{ config(alias='calendar_a') }}
select 'a' as who
