
  select *
from main."wrong"
where up is not null
  and not coalesce(up = upper(up), false)
