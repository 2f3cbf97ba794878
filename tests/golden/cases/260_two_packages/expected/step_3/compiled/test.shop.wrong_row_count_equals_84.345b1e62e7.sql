
  select count(*) as n from main."wrong" having count(*) <> 6
