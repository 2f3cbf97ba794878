
  select *
from main."wrong"
where other is not null
  and not coalesce(other > amount, false)
