
  select *
from main."wrong"
where amount is not null
  and not coalesce(amount >= 0, false)
