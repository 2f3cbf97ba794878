
  select parent.id from main."wrong" as parent where not exists (select 1 from main."parents" as child where child.id = parent.id)
