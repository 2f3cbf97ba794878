
  select *
from main."fine"
where email is not null
  and not coalesce(email like '%_@_%._%' and email not like '% %' and email not like '%@%@%', false)
