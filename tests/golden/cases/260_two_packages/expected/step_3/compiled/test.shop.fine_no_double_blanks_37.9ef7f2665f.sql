
  select *
from main."fine"
where note is not null
  and not coalesce(note not like '%  %', false)
