
  select found from (
    select avg(case when exists (select 1 from main."parents" as parent where parent.id = child.parent) then 1.0 else 0 end) as found
    from main."fine" as child where parent is not null
) as measured where found < 0.9
