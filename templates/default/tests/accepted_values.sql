{# Generic test: the column holds only the listed values, or nothing; model, column_name, values, quote (false for numbers and expressions). #}

{% test accepted_values(model, column_name, values, quote=True) %}
    {% set rows = adapter.dispatch('test_accepted_values', 'dbt') %}
    {{ rows(model, column_name, values, quote) }}
{% endtest %}

{% macro default__test_accepted_values(model, column_name, values, quote=True) %}
{% set mark = "'" if quote else "" %}
with all_values as (

    select
        {{ column_name }} as value_field,
        count(*) as n_records

    from {{ model }}
    group by {{ column_name }}

)

select *
from all_values
where value_field not in (
    {% for value in values -%}
        {{ mark }}{{ value }}{{ mark }}{{ "," if not loop.last }}
    {%- endfor %}
)

{% endmacro %}
