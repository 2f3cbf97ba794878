
  select *
from (
    select parent, count(distinct kind) as gauge_value
    from main."fine"
    where 1 = 1
    group by parent
) as measured
where gauge_value is null or (gauge_value < 2)
