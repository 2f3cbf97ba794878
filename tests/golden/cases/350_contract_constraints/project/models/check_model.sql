select {{ -4 if var('bad') else 4 }} as amount
