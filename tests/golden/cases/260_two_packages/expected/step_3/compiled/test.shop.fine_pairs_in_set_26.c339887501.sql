
  select *
from main."fine"
where 1 = 1
  and not coalesce((kind = 'a' and code = 'EUR') or (kind = 'b' and code = 'USD'), false)
