
  select *
from main."fine"
where 1 = 1
  and not coalesce((other > amount), false)
