
select
  first,
  
sum(case when city = 'Berlin' then coalesce(spent, 0) else 0 end) as "in_Berlin",
sum(case when city = 'Paris' then coalesce(spent, 0) else 0 end) as "in_Paris",
  
max(case when city = 'Berlin' then 1 else 0 end) as berlin_seen,
max(case when city = 'Paris' then 1 else 0 end) as paris_seen
from main."people"
group by 1