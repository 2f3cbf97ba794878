
  select *
from main."fine"
where amount is not null
  and not coalesce((amount % 10) = 0, false)
