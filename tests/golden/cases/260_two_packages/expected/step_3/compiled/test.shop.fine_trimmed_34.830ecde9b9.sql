
  select *
from main."fine"
where note is not null
  and not coalesce(note = trim(note), false)
