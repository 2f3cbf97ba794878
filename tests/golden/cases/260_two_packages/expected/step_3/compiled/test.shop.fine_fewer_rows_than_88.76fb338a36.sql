
  select * from (select count(*) as here from main."fine") as a cross join (select count(*) as there from main."numbers") as b where here >= there
