
  select id, count(*) as n from main."wrong" group by id having count(*) > 1 or id is null
