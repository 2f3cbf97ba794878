
  select *
from main."fine"
where email is not null
  and not coalesce(email not like '%nobody%', false)
