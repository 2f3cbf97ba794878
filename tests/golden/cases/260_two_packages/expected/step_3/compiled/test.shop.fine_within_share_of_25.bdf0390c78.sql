
  select *
from main."fine"
where other is not null
  and not coalesce(abs(other - amount) <= 0.5 * abs(amount), false)
