select
  id,
  sum(spent) over (order by id rows between unbounded preceding and current row) as m01,
  sum(spent) over (partition by city order by id rows between unbounded preceding and current row) as m02,
  avg(1.0 * (budget)) over (order by id rows between 1 preceding and current row) as m03,
  lag(spent) over (partition by city order by id) as m04,
  ((budget) - lag(budget) over (order by id)) as m05,
  round((1.0 * (spent) / nullif(sum(spent) over (partition by city ), 0)), 6) as m06,
  row_number() over (partition by city order by budget desc) as m07,
  (row_number() over (partition by city order by budget desc) = 1) as m08,
  coalesce(spent, max(spent) over (order by id rows between unbounded preceding and current row)) as m09,
  round((((budget) - avg(budget) over ()) / nullif(sqrt(avg(1.0 * (budget) * (budget)) over () - avg(1.0 * (budget)) over () * avg(1.0 * (budget)) over ()), 0)), 6) as m10,
  'partition by a, b ' as m11
from main."people"