
  select kind, count(note) as present
from main."fine"
group by kind
having count(note) = 0
