
select cast(id as int) as id, cast(name as text) as name from main."raw_t"
