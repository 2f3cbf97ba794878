
  select *
from main."fine"
where note is not null
  and not coalesce(not (length(note) < 2 or length(note) > 6), false)
