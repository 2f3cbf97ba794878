
  select id, kind, count(*) as n
from main."wrong"
where 1 = 1
group by id, kind
having count(*) > 1
