
  select * from main."wrong" where (id > 0) and never is not null
