
  select *
from main."fine"
where amount is not null
  and not coalesce(not (amount <= 0), false)
