{% macro shared() %}shared of a{% endmacro %}
{% macro only_in_a() %}only in a{% endmacro %}
{% macro calls_shared() %}calls {{ shared() }}{% endmacro %}
{% macro dispatched() %}{{ return(adapter.dispatch('dispatched', 'pkg_a')()) }}{% endmacro %}
{% macro default__dispatched() %}a default dispatched{% endmacro %}
{% macro sqlite__dispatched() %}a sqlite dispatched{% endmacro %}
{% test is_short(model, column_name) %}select * from {{ model }} where length({{ column_name }}) > 10{% endtest %}
