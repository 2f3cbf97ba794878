
  select *
from main."wrong_texts"
where email is not null
  and not coalesce((email regexp '^[a-z0-9]+@[a-z.]+$'), false)
