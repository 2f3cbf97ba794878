
  select * from (select count(*) as here from main."wrong") as a cross join (select count(*) as there from main."parents") as b where here >= there
