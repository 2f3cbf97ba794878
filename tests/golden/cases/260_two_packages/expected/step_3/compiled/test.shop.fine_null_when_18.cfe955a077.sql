
  select * from main."fine" where (id > 0) and never is not null
