
  select *
from main."fine"
where uuid is not null
  and not coalesce(length(uuid) = 36 and uuid like '________-____-____-____-____________' and (lower(uuid) not glob '*[^-0-9a-f]*'), false)
