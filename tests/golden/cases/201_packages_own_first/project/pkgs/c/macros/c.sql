{% macro c_macro() %}c macro{% endmacro %}
