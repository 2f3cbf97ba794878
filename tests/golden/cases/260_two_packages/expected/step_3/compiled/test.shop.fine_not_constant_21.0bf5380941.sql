
  select count(distinct amount) as variants
from main."fine"

having count(distinct amount) < 2
