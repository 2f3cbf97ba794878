
  select * from main."wrong" where never is not null
