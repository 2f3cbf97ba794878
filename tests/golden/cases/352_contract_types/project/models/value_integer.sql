select nullif(column1, 'x') as n from (values (1), ('b'), (null))
