select 1 as a, {{ 'null' if var('bad') else 2 }} as b
