select 1 as id, 'a' as t union all select {{ 'null' if var('bad') else 7 }}, 'b'
