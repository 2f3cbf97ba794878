
  select *
from main."fine"
where amount is not null
  and not coalesce(amount not in (1000), false)
