
  select * from (
    select lat as value, lag(lat) over ( order by id) as previous from main."fine"
) as ordered where previous is not null and value <= previous
