
  select values_of.lat
from main."fine" as values_of
cross join (select max(case when place = floor(0.25 * (n - 1)) then value end)
    + (0.25 * (max(n) - 1) - floor(0.25 * (max(n) - 1)))
    * (max(case when place = ceil(0.25 * (n - 1)) then value end) - max(case when place = floor(0.25 * (n - 1)) then value end)) as gauge_value
from (
    select lat as value, row_number() over (order by lat) - 1 as place, count(*) over () as n
    from main."fine"
    where lat is not null
) as placed) as low
cross join (select max(case when place = floor(0.75 * (n - 1)) then value end)
    + (0.75 * (max(n) - 1) - floor(0.75 * (max(n) - 1)))
    * (max(case when place = ceil(0.75 * (n - 1)) then value end) - max(case when place = floor(0.75 * (n - 1)) then value end)) as gauge_value
from (
    select lat as value, row_number() over (order by lat) - 1 as place, count(*) over () as n
    from main."fine"
    where lat is not null
) as placed) as high
where values_of.lat < low.gauge_value - 1 * (high.gauge_value - low.gauge_value)
   or values_of.lat > high.gauge_value + 1 * (high.gauge_value - low.gauge_value)
