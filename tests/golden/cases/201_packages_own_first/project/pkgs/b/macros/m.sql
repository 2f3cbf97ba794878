{% macro shared() %}shared of b{% endmacro %}
{% test has_rows(model) %}select 1 as x from (select count(*) as n from {{ model }}) where n = 0{% endtest %}
