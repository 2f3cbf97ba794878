select * from {{ ref('soon') }}
