select * from {{ ref('dep', 'open') }}
