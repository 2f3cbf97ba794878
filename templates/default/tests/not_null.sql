{# Generic test: the column has a value in every row; model, column_name. Stored failures keep the whole row. #}

{% test not_null(model, column_name) %}
    {% set rows = adapter.dispatch('test_not_null', 'dbt') %}
    {{ rows(model, column_name) }}
{% endtest %}

{% macro default__test_not_null(model, column_name) %}

{% set shown = '*' if should_store_failures() else column_name %}

select {{ shown }}
from {{ model }}
where {{ column_name }} is null

{% endmacro %}
