
  select *
from main."wrong"
where day is not null
  and not coalesce(date(day) = day, false)
