
  select * from (
    select day_no as value, lag(day_no) over ( order by -id) as previous from main."wrong"
) as ordered where previous is not null and value >= previous
