
  select * from (
select max(case when place = floor(0.5 * (n - 1)) then value end)
    + (0.5 * (max(n) - 1) - floor(0.5 * (max(n) - 1)))
    * (max(case when place = ceil(0.5 * (n - 1)) then value end) - max(case when place = floor(0.5 * (n - 1)) then value end)) as gauge_value
from (
    select amount as value, row_number() over (order by amount) - 1 as place, count(*) over () as n
    from main."wrong"
    where amount is not null
) as placed
) as measured where gauge_value is null or (gauge_value < 35 or gauge_value > 35)
