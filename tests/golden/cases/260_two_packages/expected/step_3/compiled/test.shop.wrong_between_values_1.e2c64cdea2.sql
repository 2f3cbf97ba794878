
  select *
from main."wrong"
where amount is not null
  and not coalesce(not (amount < 10 or amount > 60), false)
