
  select *
from main."wrong"
where lon is not null
  and not coalesce(lon between -180 and 180, false)
