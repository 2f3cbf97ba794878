
  select value, 'not there' as problem from (
select 'a' as value union all
select 'b' as value
) as wanted where value not in (select kind from main."wrong" where kind is not null)
union all
select distinct kind, 'not wanted' from main."wrong" where kind is not null and kind not in ('a', 'b')
