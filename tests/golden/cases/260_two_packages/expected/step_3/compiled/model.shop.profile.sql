
select
    'id' as column_name,
    count(*) as row_count,
    count(*) - count("id") as null_count,
    count(distinct "id") as distinct_count,
    cast(min("id") as TEXT) as smallest,
    cast(max("id") as TEXT) as largest
from main."towns_north"
union all
select
    'town' as column_name,
    count(*) as row_count,
    count(*) - count("town") as null_count,
    count(distinct "town") as distinct_count,
    cast(min("town") as TEXT) as smallest,
    cast(max("town") as TEXT) as largest
from main."towns_north"
union all
select
    'size' as column_name,
    count(*) as row_count,
    count(*) - count("size") as null_count,
    count(distinct "size") as distinct_count,
    cast(min("size") as TEXT) as smallest,
    cast(max("size") as TEXT) as largest
from main."towns_north"