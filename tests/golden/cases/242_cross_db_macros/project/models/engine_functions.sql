{# The functions of the engine agree with the macros. #}
select 'dateadd' as fn, id, expected, dateadd(part, n, a) as actual from {{ ref('s_dateadd') }}
union all
select 'datediff', id, expected, cast(datediff(part, a, b) as text) from {{ ref('s_datediff') }}
union all
select 'last_day', id, expected, date(last_day(a, part)) from {{ ref('s_last_day') }}
