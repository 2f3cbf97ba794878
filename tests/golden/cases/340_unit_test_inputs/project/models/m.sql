{{ config(materialized='table') }}
select r.id, cast({{ shout('r.name') }} as text) as name, cast(r.amt * {{ var('rate') }} as real) as amt,
    cast('{{ env_var("GOLDEN_UNIT", "none") }}' as text) as env, cast(c.label as text) as label
from {{ source('app', 'events') }} r
left join {{ ref('codes') }} c on c.code = r.id
where r.id > 0
