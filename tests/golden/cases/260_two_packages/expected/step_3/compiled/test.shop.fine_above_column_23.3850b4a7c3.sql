
  select *
from main."fine"
where other is not null
  and not coalesce(other > amount, false)
