
  select *
from main."wrong"
where digits is not null
  and not coalesce(digits <> '' and (digits not glob '*[^0-9]*'), false)
