
  select *
from main."fine"
where kind is not null
  and not coalesce(kind in ('a', 'b'), false)
