
  select count(distinct kind) as variants from main."wrong" having count(distinct kind) <> 3
