select 70 as id, {{ 77 if var('bad') else 1 }} as parent_id union all select 71, null
