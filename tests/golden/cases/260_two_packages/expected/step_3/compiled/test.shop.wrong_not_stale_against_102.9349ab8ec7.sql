
  select * from (select max(from_at) as here from main."wrong") as a cross join (select max(to_at) as there from main."other") as b where here < there
