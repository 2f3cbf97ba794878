
select id, name from main."raw_t"