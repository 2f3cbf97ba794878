
select 1 as a, 'it''s' as b
union all
select null as a, 'x' as b