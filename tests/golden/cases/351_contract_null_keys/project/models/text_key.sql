select 'x' as id, 'a' as t union all select {{ 'null' if var('bad') else "'y'" }}, 'b'
