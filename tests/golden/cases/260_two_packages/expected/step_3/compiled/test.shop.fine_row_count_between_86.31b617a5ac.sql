
  select *
from (
    select kind, count(*) as gauge_value
    from main."fine"
    where 1 = 1
    group by kind
) as measured
where gauge_value is null or (gauge_value < 2)
