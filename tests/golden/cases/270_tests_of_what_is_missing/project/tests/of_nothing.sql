select * from {{ ref('nothing') }} where 1 = 0
