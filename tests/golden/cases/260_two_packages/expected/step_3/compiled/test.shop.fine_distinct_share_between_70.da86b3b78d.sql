
  select *
from (
    select 1.0 * count(distinct id) / nullif(count(id), 0) as gauge_value
    from main."fine"
    where 1 = 1
    
) as measured
where gauge_value is null or (gauge_value < 1)
