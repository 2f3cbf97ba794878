
  select *
from main."wrong"
where amount is not null
  and not coalesce(amount <= other, false)
