
  select *
from main."fine_texts"
where note is not null
  and not coalesce(not (note regexp '^$|[^a-z0-9 ]'), false)
