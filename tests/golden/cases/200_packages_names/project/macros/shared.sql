{% macro shared() %}shared of root{% endmacro %}
{% macro default__dispatched() %}root default dispatched{% endmacro %}
