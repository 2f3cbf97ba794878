
select cast(1 as int) as id, cast('x' as text) as name, cast(1.5 as real) as amt