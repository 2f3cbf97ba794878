
  select kind, count(never) as present
from main."wrong"
group by kind
having count(never) = 0
