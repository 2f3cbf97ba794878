
select
    id,
    'town' as what,
    cast("town" as TEXT) as held
from main."towns_south"
union all
select
    id,
    'country' as what,
    cast("country" as TEXT) as held
from main."towns_south"