select * from {{ ref('m') }} -- {{ var('g') }}
