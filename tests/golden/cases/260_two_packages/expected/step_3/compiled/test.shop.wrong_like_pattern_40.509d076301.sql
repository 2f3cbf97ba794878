
  select *
from main."wrong"
where note is not null
  and not coalesce(note like 'note %', false)
