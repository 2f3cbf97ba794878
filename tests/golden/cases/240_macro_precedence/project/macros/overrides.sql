{# A root default against an engine's own implementation, and against the default one. #}
{% macro default__any_value(expression) -%}
root_any({{ expression }})
{%- endmacro %}
{% macro default__concat(fields) -%}
root_concat({{ fields | join(', ') }})
{%- endmacro %}
{% macro sqlite__listagg(measure, delimiter_text, order_by_clause, limit_num) -%}
root_listagg({{ measure }})
{%- endmacro %}
{# Plain redefinitions. #}
{% macro type_int() -%}
root_int
{%- endmacro %}
{% macro string_literal(value) -%}
root_literal({{ value }})
{%- endmacro %}
{% macro get_empty_subquery_sql(select_sql, select_sql_header=none) -%}
select 1 as replaced
{%- endmacro %}
{% macro only_root() -%}
only in root
{%- endmacro %}
{% macro pk_helper() -%}
root's helper
{%- endmacro %}
{% macro default__pk_dispatched() -%}
root's implementation
{%- endmacro %}
