
  select value from (
    select kind as value, rank() over (order by count(*) desc) as place from main."wrong" group by kind
) as ranked where place <= 1 and value not in ('a', 'b')
