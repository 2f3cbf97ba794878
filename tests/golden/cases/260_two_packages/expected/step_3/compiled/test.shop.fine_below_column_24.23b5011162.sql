
  select *
from main."fine"
where amount is not null
  and not coalesce(amount <= other, false)
