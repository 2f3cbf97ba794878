
select 'a' as who