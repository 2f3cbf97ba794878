select * from (with recursive nights as (
    select date('2026-01-30') as night
    union all
    select date(night, (1) || ' days') from nights where night < date('2026-02-02')
)
select night from nights) as nights