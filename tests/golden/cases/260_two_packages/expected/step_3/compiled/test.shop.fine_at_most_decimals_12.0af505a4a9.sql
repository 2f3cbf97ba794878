
  select *
from main."fine"
where amount is not null
  and not coalesce(abs(amount - round(amount, 1)) < 0.0000000001, false)
