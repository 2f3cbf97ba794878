
  select *
from main."wrong"
where email is not null
  and not coalesce(not (email like 'nob%' or email like 'x'), false)
