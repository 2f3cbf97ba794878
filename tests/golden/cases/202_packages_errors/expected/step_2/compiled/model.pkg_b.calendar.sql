
select 'b' as who