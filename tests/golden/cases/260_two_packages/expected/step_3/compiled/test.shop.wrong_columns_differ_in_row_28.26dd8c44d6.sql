
  select * from main."wrong" where other = day_no
