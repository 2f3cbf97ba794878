
  select id, count(*) as n from main."fine" where (amount < 50) and id is not null group by id having count(*) > 1
