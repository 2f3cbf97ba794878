
  select *
from main."wrong"
where note is not null
  and not coalesce((note not glob '*[^ -~]*'), false)
