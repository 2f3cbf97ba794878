select 1 as order_id, 2 as customer_id, 10 as amount, '2024-01-01' as ordered_at, {{ is_incremental() }} as i
from {{ ref('src_o') }}
