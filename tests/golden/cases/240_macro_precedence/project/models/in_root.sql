select '
length: {{ dbt.length('x') | trim }}; bare: {{ length('x') | trim }}
any_value: {{ dbt.any_value('x') }}; bare: {{ any_value('x') }}
bool_or: {{ dbt.bool_or('x') }}; bare: {{ bool_or('x') }}
listagg: {{ dbt.listagg('x') }}
concat: {{ dbt.concat(['a', 'b']) }}
types: {{ type_int() }} {{ dbt.type_int() }} {{ type_string() }} {{ dbt.type_string() }}
literal: {{ string_literal('x') | replace("'", '"') }} {{ dbt.string_literal('x') | replace("'", '"') }}
helper: {{ pk_helper() | replace("'", '') }}, {{ pk.pk_helper() | replace("'", '') }}
calls: {{ pk.pk_calls() | replace("'", '') }}
dispatched: {{ pk.pk_dispatched() | replace("'", '') }}
through a built-in macro: {{ get_columns_in_query('select 1 as kept') if execute }}
in: {{ 'type_int' in context }} {{ 'pk' in context }} {{ 'dbt' in context }} {{ 'nothing' in context }} {{ 'dbt_sqlite' in context }}
' as t
