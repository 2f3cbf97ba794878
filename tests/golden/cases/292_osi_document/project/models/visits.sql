select 2 as customer_id, 'p' as page, '2024-01-01' as visited_at
