
  select *
from main."fine"
where up is not null
  and not coalesce(up = upper(up), false)
