
  select *
from main."wrong"
where lat is not null
  and not coalesce(lat between -90 and 90, false)
