{% macro who() %}a{% endmacro %}
