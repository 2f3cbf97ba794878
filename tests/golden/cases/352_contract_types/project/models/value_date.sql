select nullif(column1, 'x') as d from (values ('2026-02-28'), ('2026-02-31'), ('20260228'))
