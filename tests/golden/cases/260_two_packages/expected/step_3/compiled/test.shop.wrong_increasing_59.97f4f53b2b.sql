
  select * from (
    select lat as value, lag(lat) over ( order by id) as previous from main."wrong"
) as ordered where previous is not null and value <= previous
