select {{ 'null' if var('bad') else 1 }} as id, 'n' as note
