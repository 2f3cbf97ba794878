select 1 as order_id, 2 as customer_id, 10 as amount, true as is_paid, '2024-01-01' as ordered_at
