
  select * from main."wrong" where (id > 3) and maybe is null
