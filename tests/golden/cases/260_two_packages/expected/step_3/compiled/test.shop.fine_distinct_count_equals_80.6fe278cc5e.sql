
  select count(distinct kind) as variants from main."fine" having count(distinct kind) <> 2
