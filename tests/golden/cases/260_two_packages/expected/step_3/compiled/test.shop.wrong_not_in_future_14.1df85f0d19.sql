
  select *
from main."wrong"
where day is not null
  and not coalesce((julianday(date('now')) - julianday(date(day))) >= 0, false)
