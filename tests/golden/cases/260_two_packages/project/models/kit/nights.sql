select * from ({{ kitbag.date_series('2026-01-30', '2026-02-02', column='night') }}) as nights
