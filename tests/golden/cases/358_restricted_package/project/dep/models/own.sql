select * from {{ ref('guarded') }}
