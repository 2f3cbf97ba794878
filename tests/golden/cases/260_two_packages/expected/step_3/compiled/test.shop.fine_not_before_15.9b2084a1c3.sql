
  select *
from main."fine"
where day is not null
  and not coalesce(day >= '2026-01-01', false)
