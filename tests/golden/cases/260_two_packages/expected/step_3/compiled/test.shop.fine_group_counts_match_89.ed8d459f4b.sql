
  select * from (select kind, count(*) as n from main."fine" group by kind except select kind, count(*) from main."other" group by kind) as more
union all
select * from (select kind, count(*) as n from main."other" group by kind except select kind, count(*) from main."fine" group by kind) as less
