select 1 as a, 2 as b union all select 1, {{ 2 if var('bad') else 3 }}
