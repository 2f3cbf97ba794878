select '
length: pk_length(x); bare: pk_length(x)
any_value: root_any(x); bare: root_any(x)
bool_or: pk_bool_or(x); bare: pk_bool_or(x)
listagg: root_listagg(x)
concat: root_concat(a, b)
types: root_int integer TEXT TEXT
literal: root_literal(x) "x"
helper: roots helper, pks helper
calls: roots helper | only in root | root_int | TEXT | TEXT
dispatched: pks sqlite
through a built-in macro: ['replaced']
in: True True True False False
' as t