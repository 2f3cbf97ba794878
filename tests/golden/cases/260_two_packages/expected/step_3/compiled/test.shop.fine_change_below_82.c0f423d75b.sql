
  select * from (
    select amount as value, lag(amount) over (order by id) as previous from main."fine"
) as ordered where abs(value - previous) > 10
