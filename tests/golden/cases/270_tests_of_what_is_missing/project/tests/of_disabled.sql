select * from {{ ref('dis') }} where 1 = 0
