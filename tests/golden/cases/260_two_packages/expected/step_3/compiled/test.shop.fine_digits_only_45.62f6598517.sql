
  select *
from main."fine"
where digits is not null
  and not coalesce(digits <> '' and (digits not glob '*[^0-9]*'), false)
