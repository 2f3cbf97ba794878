
  select *
from main."fine"
where 1 = 1
  and not coalesce(abs((amount + 5) - (other)) <= 0, false)
