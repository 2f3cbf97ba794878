
  select *
from main."wrong"
where flag is not null
  and not coalesce(flag in (0, 1), false)
