
  select * from (select count(distinct id) as here from main."wrong") as a cross join (select count(distinct id) as there from main."other") as b where here <> there
