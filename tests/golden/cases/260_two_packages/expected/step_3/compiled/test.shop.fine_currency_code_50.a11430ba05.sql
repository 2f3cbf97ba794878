
  select *
from main."fine"
where code is not null
  and not coalesce(length(code) = 3 and (code not glob '*[^A-Z]*'), false)
