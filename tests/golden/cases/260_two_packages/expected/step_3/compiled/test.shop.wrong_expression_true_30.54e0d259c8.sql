
  select *
from main."wrong"
where 1 = 1
  and not coalesce((other > amount), false)
