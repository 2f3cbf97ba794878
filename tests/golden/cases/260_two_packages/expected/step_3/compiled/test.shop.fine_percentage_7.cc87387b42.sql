
  select *
from main."fine"
where amount is not null
  and not coalesce(amount between 0 and 100, false)
