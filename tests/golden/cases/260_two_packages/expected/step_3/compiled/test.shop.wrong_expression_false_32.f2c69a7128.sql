
  select * from main."wrong" where amount < 0
