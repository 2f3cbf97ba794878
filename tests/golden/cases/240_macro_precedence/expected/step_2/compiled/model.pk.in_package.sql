select '
length: pk_length(x); bare: pk_length(x)
any_value: root_any(x); bare: root_any(x)
bool_or: pk_bool_or(x); bare: pk_bool_or(x)
concat: root_concat(a, b)
types: root_int integer pk_string TEXT float
literal: root_literal(x) "x"
helper: pks helper, pks helper, only in root
calls: pks helper | only in root | root_int | pk_string | TEXT
dispatched: pks sqlite
' as t