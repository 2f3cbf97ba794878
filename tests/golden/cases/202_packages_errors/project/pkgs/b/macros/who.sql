{% macro who() %}b{% endmacro %}
