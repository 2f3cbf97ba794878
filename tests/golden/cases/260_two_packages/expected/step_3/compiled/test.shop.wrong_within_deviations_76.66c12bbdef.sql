
  select values_of.amount
from main."wrong" as values_of
cross join (select avg(1.0 * amount) as mean, sqrt(max(0, avg(1.0 * (amount) * (amount)) - avg(1.0 * (amount)) * avg(1.0 * (amount)))) as deviation from main."wrong" where 1 = 1) as whole
where abs(values_of.amount - whole.mean) > 1.5 * whole.deviation
