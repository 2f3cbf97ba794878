
  select *
from (
    select 1 - 1.0 * count(never) / nullif(count(*), 0) as gauge_value
    from main."wrong"
    where 1 = 1
    
) as measured
where gauge_value is null or (gauge_value > 0.5)
