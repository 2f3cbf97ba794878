
with __dbt__cte__raw_t as (

-- Fixture for raw_t
select 
    
    cast(1 as INT)
 as "id", 
    
    cast('a' as character varying)
 as "name", cast(null as REAL) as "amt"
union all
select 
    
    cast(2 as INT)
 as "id", 
    
    cast('b' as character varying)
 as "name", cast(null as REAL) as "amt"
) select cast(id as int) as id, cast(name as text) as name from __dbt__cte__raw_t
