
  select * from main."fine" where (id > 3) and maybe is null
