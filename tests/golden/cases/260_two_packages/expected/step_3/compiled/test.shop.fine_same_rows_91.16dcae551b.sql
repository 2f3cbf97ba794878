
  select * from (select id, kind, amount from main."fine" except select id, kind, amount from main."other") as more
union all
select * from (select id, kind, amount from main."other" except select id, kind, amount from main."fine") as less
