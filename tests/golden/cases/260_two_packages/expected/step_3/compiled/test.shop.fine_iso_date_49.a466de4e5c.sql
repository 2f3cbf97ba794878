
  select *
from main."fine"
where day is not null
  and not coalesce(date(day) = day, false)
