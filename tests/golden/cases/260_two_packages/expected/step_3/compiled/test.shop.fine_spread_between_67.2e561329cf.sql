
  select *
from (
    select max(amount) - min(amount) as gauge_value
    from main."fine"
    where 1 = 1
    
) as measured
where gauge_value is null or (gauge_value > 50)
