
  select *
from main."wrong_texts"
where code is not null
  and not coalesce(((code regexp '^EUR$') or (code regexp '^USD$')), false)
