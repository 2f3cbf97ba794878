
  select * from main."fine" where coalesce(maybe, note, null) is null
