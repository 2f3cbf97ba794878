
  select *
from main."wrong"
where amount is not null
  and not coalesce(amount not in (1000), false)
