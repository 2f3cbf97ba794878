
with __dbt__cte__raw_t as (

-- Fixture for raw_t
select 
    
    cast(1 as INT)
 as "id", cast(null as character varying(256)) as "name", cast(null as REAL) as "amt"
) select cast(id as int) as id, cast('one' as text) as version from __dbt__cte__raw_t