
  select * from main."wrong" where coalesce(never, note, null) is null
