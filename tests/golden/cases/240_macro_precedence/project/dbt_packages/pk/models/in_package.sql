select '
length: {{ dbt.length('x') | trim }}; bare: {{ length('x') | trim }}
any_value: {{ dbt.any_value('x') }}; bare: {{ any_value('x') }}
bool_or: {{ dbt.bool_or('x') }}; bare: {{ bool_or('x') }}
concat: {{ dbt.concat(['a', 'b']) }}
types: {{ type_int() }} {{ dbt.type_int() }} {{ type_string() }} {{ dbt.type_string() }} {{ dbt.type_float() }}
literal: {{ string_literal('x') | replace("'", '"') }} {{ dbt.string_literal('x') | replace("'", '"') }}
helper: {{ pk_helper() | replace("'", '') }}, {{ pk.pk_helper() | replace("'", '') }}, {{ only_root() }}
calls: {{ pk_calls() | replace("'", '') }}
dispatched: {{ pk_dispatched() | replace("'", '') }}
' as t
