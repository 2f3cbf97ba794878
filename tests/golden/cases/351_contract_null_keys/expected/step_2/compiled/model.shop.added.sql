
select null as id, 'a' as t