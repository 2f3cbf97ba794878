
with __dbt__cte__e as (

select id, name from main."raw_t"
) select cast(id as int) as id, cast(name as text) as name from __dbt__cte__e