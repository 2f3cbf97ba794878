select * from {{ ref('m') }} where 1 = 0
