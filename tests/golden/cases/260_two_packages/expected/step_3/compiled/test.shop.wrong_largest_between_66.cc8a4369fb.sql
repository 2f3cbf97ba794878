
  select *
from (
    select max(amount) as gauge_value
    from main."wrong"
    where 1 = 1
    
) as measured
where gauge_value is null or (gauge_value > 60)
