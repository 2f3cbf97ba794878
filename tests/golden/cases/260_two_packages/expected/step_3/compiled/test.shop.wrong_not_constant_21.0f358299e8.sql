
  select count(distinct other) as variants
from main."wrong"

having count(distinct other) < 2
