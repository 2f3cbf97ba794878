
  select *
from main."wrong"
where url is not null
  and not coalesce(((url like 'http://_%' or url like 'https://_%')) and url not like '% %', false)
