
  select *
from main."wrong"
where code is not null
  and not coalesce(length(code) = 3, false)
