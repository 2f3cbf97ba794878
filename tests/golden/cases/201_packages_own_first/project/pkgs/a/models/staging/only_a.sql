select who from {{ ref('m') }} union all select who from {{ ref('shop', 'm') }}
