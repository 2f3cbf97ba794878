with recursive counted as (
    select 1 as n
    union all
    select n + 1 from counted where n < 9
)
select n from counted