with days as ({{ dbt.date_spine('day', "'2026-02-27'", "'2026-03-02'") }}),
casted as ({{ dbt.date_spine('day', "cast('2024-02-27' as date)", "cast('2024-03-02' as date)") }}),
months as ({{ dbt.date_spine('month', "'2026-01-31'", "'2026-05-01'") }}),
weeks as ({{ dbt.date_spine('week', "'2026-01-01'", "'2026-01-22'") }}),
hours as ({{ dbt.date_spine('hour', "'2026-01-01'", "'2026-01-01 03:00:00'") }}),
made as ({{ dbt.date_spine('day', dbt.date(2026, 2, 27), dbt.date(2026, 3, 1)) }}),
numbers as ({{ dbt.generate_series(7) }})
select 'days' as name, group_concat(date_day) as actual, '2026-02-27,2026-02-28,2026-03-01' as expected from days
union all select 'casted', group_concat(date_day), '2024-02-27,2024-02-28,2024-02-29,2024-03-01' from casted
union all select 'months', group_concat(date_month), '2026-01-31,2026-02-28,2026-03-31,2026-04-30' from months
union all select 'weeks', group_concat(date_week), '2026-01-01,2026-01-08,2026-01-15' from weeks
union all select 'hours', group_concat(date_hour), '2026-01-01 00:00:00,2026-01-01 01:00:00,2026-01-01 02:00:00' from hours
union all select 'made', group_concat(date_day), '2026-02-27,2026-02-28' from made
union all select 'numbers', group_concat(cast(generated_number as integer)), '1,2,3,4,5,6,7' from numbers
union all select 'intervals', '{{ dbt.get_intervals_between("'2026-01-31'", "'2026-03-01'", 'month') if execute }}', '2'
union all select 'powers', '{{ dbt.get_powers_of_two(27) }}', '5'
union all select 'range', '{{ dates_in_range('20260227', '20260301') | join(',') }}', '20260227,20260228,20260301'
union all select 'partitions', '{{ partition_range('20260228,20260301') | join(',') }}', '20260228,20260301'
union all select 'except', group_concat(n), '1,2' from (select * from (select 1 as n union select 2 union select 3) {{ except() }} select 3)
union all select 'intersect', group_concat(n), '3' from (select 2 as n union select 3 {{ intersect() }} select 3)
