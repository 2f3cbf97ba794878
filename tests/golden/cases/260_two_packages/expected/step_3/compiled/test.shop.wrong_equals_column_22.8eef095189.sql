
  select *
from main."wrong"
where 1 = 1
  and not coalesce((other = amount + 5) or (other is null and amount + 5 is null), false)
