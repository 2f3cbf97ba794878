
  select * from (select max(day) as here from main."fine") as a cross join (select max(day) as there from main."other") as b where here < there
