select '
length: length(
        x
    ); bare: length(
        x
    )
any_value: root_any(x); bare: root_any(x)
bool_or: max(x); bare: max(x)
listagg: root_listagg(x)
concat: root_concat(a, b)
types: root_int integer TEXT TEXT
literal: root_literal(x) "x"
helper: roots helper, pks helper
calls: roots helper | only in root | root_int | TEXT | TEXT
dispatched: roots implementation
through a built-in macro: ['replaced']
in: True True True False False
' as t