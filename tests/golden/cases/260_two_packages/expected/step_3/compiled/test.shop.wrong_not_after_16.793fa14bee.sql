
  select *
from main."wrong"
where day is not null
  and not coalesce(day <= '2026-12-31', false)
