with aggregated as (
  select
    g,
    {{ dbt.listagg('x', "'_|_'", "order by o") }} as ordered,
    {{ dbt.listagg('x', "'_|_'", "order by o", 2) }} as limited,
    {{ dbt.listagg('x', "'_|_'", "order by o desc", 1) }} as last_one,
    {{ dbt.listagg('distinct x', "' + '", "order by x") }} as distinct_ones,
    {{ dbt.any_value("case when g = 3 then x end") }} as some,
    {{ dbt.bool_or("flag = 1") }} as any_flag
  from {{ ref('s_groups') }}
  group by g
), expected(g, ordered, limited, last_one, distinct_ones, some, any_flag) as (
  values
    (1, 'a_|_b_|_c', 'a_|_b', 'c', 'a + b + c', null, 1),
    (2, '1_|_a_|_p', '1_|_a', 'p', '1 + a + p', null, 0),
    (3, 'g_|_g_|_g', 'g_|_g', 'g', 'g', 'g', null),
    (4, 'z', 'z', 'z', 'z', null, 1),
    (5, null, null, null, null, null, null)
)
select 'missing' as actual, 'there' as expected, * from (
  select * from aggregated except select * from expected
)
union all
select 'rows' || count(*), 'rows5', null, null, null, null, null, null, null from aggregated
