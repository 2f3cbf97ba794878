
  select * from main."fine" where amount < 0
