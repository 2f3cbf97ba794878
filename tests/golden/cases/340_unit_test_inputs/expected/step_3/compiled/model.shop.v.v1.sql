
select cast(id as int) as id, cast('one' as text) as version from main."raw_t"