
  select date(day) as day, count(*) as n from main."wrong" group by date(day) having count(*) < 2
