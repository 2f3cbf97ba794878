select
  (case when city = 'Berlin' then 1 when city = 'Paris' then 2 else 0 end) as m01,
  1.5 as m02, null as m03,
  p.first as given, p.last as family,
  cast(spent as text) as spent, cast(budget as real) as budget,
  (id > 1) and (id < 4 or id = 5) as m04,
  1 = 0 as m05, 1 = 1 as m06,
  city in ('Paris') as m07, 1 = 0 as m08,
  ((spent <> budget) or (spent is null and budget is not null) or (spent is not null and budget is null)) as m09, ((null <> null) or (null is null and null is not null) or (null is not null and null is null)) as m10,
  (coalesce(cast(city as TEXT), '_null_') || '|' || coalesce(cast(spent as TEXT), '_null_')) as m11,
  (select count(*) from main."people" as a join main."people" as b on a.first = b.first and a.id < b.id where (((a.city <> b.city) or (a.city is null and b.city is not null) or (a.city is not null and b.city is null))) or (((a.spent <> b.spent) or (a.spent is null and b.spent is not null) or (a.spent is not null and b.spent is null)))) as m12,
  
coalesce(email, '?') as email,
coalesce(born, '?') as born,
coalesce(seen_at, '?') as seen_at,
coalesce(phone, '?') as phone,
coalesce(city, '?') as city,
coalesce(changed, '?') as changed
from main."people" as p
limit 4