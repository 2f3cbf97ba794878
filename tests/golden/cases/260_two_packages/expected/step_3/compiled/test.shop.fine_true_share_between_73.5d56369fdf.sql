
  select *
from (
    select avg(case when amount >= 10 then 1.0 else 0 end) as gauge_value
    from main."fine"
    where 1 = 1
    
) as measured
where gauge_value is null or (gauge_value < 0.5)
