
  select count(*) as n from main."fine" having count(*) <> 6
