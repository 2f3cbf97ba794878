
  select *
from main."wrong"
where blank is not null
  and not coalesce(trim(blank) <> '', false)
