
  select parent.id from main."fine" as parent where not exists (select 1 from main."other" as child where child.id = parent.id)
