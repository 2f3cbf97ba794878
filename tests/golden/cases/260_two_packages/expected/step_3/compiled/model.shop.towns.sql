
select
    'towns_north' as _source,
    "id" as "id",
    "town" as "town",
    cast("size" as real) as "size",
    null as "country"
from main."towns_north"
where id < 3
union all
select
    'towns_south' as _source,
    "id" as "id",
    "town" as "town",
    cast(null as real) as "size",
    "country" as "country"
from main."towns_south"
where id < 3