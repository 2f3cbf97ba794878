
with __dbt__cte__e as (
select 1 as id, 'x' as name
) select cast(id as int) as id, cast(name as text) as name from __dbt__cte__e