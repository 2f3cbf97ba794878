
  select count(distinct date(day)) as days from main."wrong"
having count(distinct date(day)) <> julianday(date(max(day))) - julianday(date(min(day))) + 1
