
  select *
from main."fine"
where email is not null
  and not coalesce(not (email like 'nob%' or email like 'x'), false)
