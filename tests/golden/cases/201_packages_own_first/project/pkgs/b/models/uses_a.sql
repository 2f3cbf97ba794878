select * from {{ ref('m') }} union all select * from {{ ref('pkg_a', 'm') }}
