
  select *
from main."wrong"
where low is not null
  and not coalesce(low = lower(low), false)
