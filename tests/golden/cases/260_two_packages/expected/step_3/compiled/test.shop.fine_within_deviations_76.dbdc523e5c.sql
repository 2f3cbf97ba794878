
  select values_of.amount
from main."fine" as values_of
cross join (select avg(1.0 * amount) as mean, sqrt(max(0, avg(1.0 * (amount) * (amount)) - avg(1.0 * (amount)) * avg(1.0 * (amount)))) as deviation from main."fine" where 1 = 1) as whole
where abs(values_of.amount - whole.mean) > 1.9 * whole.deviation
