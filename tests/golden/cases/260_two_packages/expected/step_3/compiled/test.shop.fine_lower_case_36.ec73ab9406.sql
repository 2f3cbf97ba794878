
  select *
from main."fine"
where low is not null
  and not coalesce(low = lower(low), false)
