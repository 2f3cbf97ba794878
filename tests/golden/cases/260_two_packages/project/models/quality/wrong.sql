select *, '  ' as blank from {{ ref('bad') }}
