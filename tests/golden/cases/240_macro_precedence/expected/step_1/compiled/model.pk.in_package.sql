select '
length: length(
        x
    ); bare: length(
        x
    )
any_value: root_any(x); bare: root_any(x)
bool_or: max(x); bare: max(x)
concat: root_concat(a, b)
types: root_int integer pk_string TEXT float
literal: root_literal(x) "x"
helper: pks helper, pks helper, only in root
calls: pks helper | only in root | root_int | pk_string | TEXT
dispatched: roots implementation
' as t