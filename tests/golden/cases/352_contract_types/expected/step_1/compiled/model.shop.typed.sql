select '007' as code, '0a-1' as id, 1 as n, 2 as big, 1.5 as price, true as flag, '2026-02-28' as day,
  '2026-02-28 10:11:12' as moment, upper('x') as "order"