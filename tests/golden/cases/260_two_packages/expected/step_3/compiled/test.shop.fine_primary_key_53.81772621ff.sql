
  select id, count(*) as n from main."fine" group by id having count(*) > 1 or id is null
