select 1 as id, 10 as amount, '2026-01-01' as day
