{# Aggregates on SQLite, where booleans are 0 and 1; expression. #}

{% macro sqlite__any_value(expression) -%}
    min({{ expression }})
{%- endmacro %}

{% macro sqlite__bool_or(expression) -%}
    max({{ expression }})
{%- endmacro %}
