select nullif(column1, 'x') as t from (values ('abc'), ('abcd'))
