
select r.id, cast(upper(r.name) as text) as name, cast(r.amt * 2 as real) as amt,
    cast('none' as text) as env, cast(c.label as text) as label
from main."raw_t" r
left join main."codes" c on c.code = r.id
where r.id > 0