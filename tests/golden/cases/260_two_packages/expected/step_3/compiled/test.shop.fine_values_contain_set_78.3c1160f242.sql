
  select wanted.value from (
select 'a' as value union all
select 'b' as value
) as wanted where wanted.value not in (select kind from main."fine" where kind is not null)
