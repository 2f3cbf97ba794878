
  select *
from main."wrong"
where note is not null
  and not coalesce(not (length(note) < 2 or length(note) > 6), false)
