{% macro default__length(expression) -%}
pk_length({{ expression }})
{%- endmacro %}
{% macro sqlite__bool_or(expression) -%}
pk_bool_or({{ expression }})
{%- endmacro %}
{% macro type_string() -%}
pk_string
{%- endmacro %}
{% macro pk_helper() -%}
pk's helper
{%- endmacro %}
{% macro pk_calls() -%}
{{ pk_helper() }} | {{ only_root() }} | {{ type_int() }} | {{ type_string() }} | {{ dbt.type_string() }}
{%- endmacro %}
{% macro pk_dispatched() -%}
{{ adapter.dispatch('pk_dispatched', 'pk')() }}
{%- endmacro %}
{% macro default__pk_dispatched() -%}
pk's default
{%- endmacro %}
{% macro sqlite__pk_dispatched() -%}
pk's sqlite
{%- endmacro %}
