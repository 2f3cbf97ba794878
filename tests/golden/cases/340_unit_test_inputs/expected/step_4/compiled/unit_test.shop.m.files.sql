
with __dbt__cte__app__events as (

-- Fixture for events
select 
    
    cast('2' as INT)
 as "id", 
    
    cast('b' as character varying)
 as "name", 
    
    cast('3.5' as REAL)
 as "amt"
union all
select 
    
    cast('1' as INT)
 as "id", 
    
    cast('a' as character varying)
 as "name", 
    
    cast(null as REAL)
 as "amt"
),  __dbt__cte__codes as (

-- Fixture for codes
select 
    
    cast('1' as INT)
 as "code", 
    
    cast('one' as character varying)
 as "label"
union all
select 
    
    cast('2' as INT)
 as "code", 
    
    cast('two' as character varying)
 as "label"
) select r.id, cast(upper(r.name) as text) as name, cast(r.amt * 2 as real) as amt,
    cast('none' as text) as env, cast(c.label as text) as label
from __dbt__cte__app__events r
left join __dbt__cte__codes c on c.code = r.id
where r.id > 0