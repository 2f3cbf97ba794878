{{ config(alias='calendar_b') }}
select 'b' as who
