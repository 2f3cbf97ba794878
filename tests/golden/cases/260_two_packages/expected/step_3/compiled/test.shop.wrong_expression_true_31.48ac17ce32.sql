
  select *
from main."wrong"
where 1 = 1
  and not coalesce((other > 5), false)
