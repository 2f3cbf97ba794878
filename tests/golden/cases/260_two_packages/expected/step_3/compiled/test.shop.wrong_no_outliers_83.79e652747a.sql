
  select values_of.amount
from main."wrong" as values_of
cross join (select max(case when place = floor(0.25 * (n - 1)) then value end)
    + (0.25 * (max(n) - 1) - floor(0.25 * (max(n) - 1)))
    * (max(case when place = ceil(0.25 * (n - 1)) then value end) - max(case when place = floor(0.25 * (n - 1)) then value end)) as gauge_value
from (
    select amount as value, row_number() over (order by amount) - 1 as place, count(*) over () as n
    from main."wrong"
    where amount is not null
) as placed) as low
cross join (select max(case when place = floor(0.75 * (n - 1)) then value end)
    + (0.75 * (max(n) - 1) - floor(0.75 * (max(n) - 1)))
    * (max(case when place = ceil(0.75 * (n - 1)) then value end) - max(case when place = floor(0.75 * (n - 1)) then value end)) as gauge_value
from (
    select amount as value, row_number() over (order by amount) - 1 as place, count(*) over () as n
    from main."wrong"
    where amount is not null
) as placed) as high
where values_of.amount < low.gauge_value - 1 * (high.gauge_value - low.gauge_value)
   or values_of.amount > high.gauge_value + 1 * (high.gauge_value - low.gauge_value)
