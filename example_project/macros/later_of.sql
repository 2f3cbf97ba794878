{% macro later_of(a, b) -%}
case when {{ a }} >= {{ b }} then {{ a }} else {{ b }} end
{%- endmacro %}
