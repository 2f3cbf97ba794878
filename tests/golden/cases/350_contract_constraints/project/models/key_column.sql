select 'a' as id union all select {{ "'a'" if var('bad') else "'b'" }}
