
  select *
from (
    select avg(1.0 * (amount)) as gauge_value
    from main."fine"
    where 1 = 1
    
) as measured
where gauge_value is null or (gauge_value < 30 or gauge_value > 40)
