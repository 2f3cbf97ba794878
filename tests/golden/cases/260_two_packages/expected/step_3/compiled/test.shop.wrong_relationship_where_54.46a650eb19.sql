
  select child.parent
from (select parent from main."wrong" where 1 = 1) as child
left join (select id as parent_key from main."parents" where 1 = 1) as parent on child.parent = parent.parent_key
where child.parent is not null and parent.parent_key is null
