
  select * from (select sum(amount) as here from main."wrong") as a cross join (select sum(amount) as there from main."other") as b where abs(here - there) > 0
