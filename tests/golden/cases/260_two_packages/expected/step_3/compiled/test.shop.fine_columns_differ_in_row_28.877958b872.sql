
  select * from main."fine" where amount = other or amount = id or other = id
