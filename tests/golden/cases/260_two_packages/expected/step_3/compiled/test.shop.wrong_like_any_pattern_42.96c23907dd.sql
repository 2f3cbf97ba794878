
  select *
from main."wrong"
where code is not null
  and not coalesce((code like 'EU_' or code like 'US_'), false)
