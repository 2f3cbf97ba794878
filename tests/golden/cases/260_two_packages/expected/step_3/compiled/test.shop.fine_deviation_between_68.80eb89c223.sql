
  select *
from (
    select sqrt(max(0, avg(1.0 * (amount) * (amount)) - avg(1.0 * (amount)) * avg(1.0 * (amount)))) as gauge_value
    from main."fine"
    where 1 = 1
    
) as measured
where gauge_value is null or (gauge_value < 17 or gauge_value > 18)
