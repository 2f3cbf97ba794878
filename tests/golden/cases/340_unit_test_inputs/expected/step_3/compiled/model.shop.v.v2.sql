
select cast(id as int) as id, cast('two' as text) as version from main."raw_t"