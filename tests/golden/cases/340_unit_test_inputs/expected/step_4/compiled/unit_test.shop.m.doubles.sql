
with __dbt__cte__app__events as (

-- Fixture for events
select 
    
    cast(1 as INT)
 as "id", cast(null as character varying(256)) as "name", cast(null as REAL) as "amt"
union all
select 
    
    cast(1 as INT)
 as "id", cast(null as character varying(256)) as "name", cast(null as REAL) as "amt"
union all
select 
    
    cast(2 as INT)
 as "id", cast(null as character varying(256)) as "name", cast(null as REAL) as "amt"
),  __dbt__cte__codes as (

-- Fixture for codes
select cast(null as INT) as "code", cast(null as character varying(256)) as "label"
    limit 0
) select r.id, cast(upper(r.name) as text) as name, cast(r.amt * 2 as real) as amt,
    cast('none' as text) as env, cast(c.label as text) as label
from __dbt__cte__app__events r
left join __dbt__cte__codes c on c.code = r.id
where r.id > 0