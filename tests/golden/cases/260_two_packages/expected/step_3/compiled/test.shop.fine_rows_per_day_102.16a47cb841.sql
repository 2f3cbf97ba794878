
  select date(day) as day, count(*) as n from main."fine" group by date(day) having count(*) < 1
