
  select * from main."fine" where never is not null
