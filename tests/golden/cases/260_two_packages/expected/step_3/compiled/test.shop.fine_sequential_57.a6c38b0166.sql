
  select * from (
    select day_no as value, lag(day_no) over ( order by day_no) as previous
    from main."fine"
) as ordered where previous is not null and value <> previous + 1
