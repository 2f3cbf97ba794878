{# dbt_expectations' quantiles on SQLite, which has no `within group`; field, quantile, partition. #}

{% macro sqlite__dbt_expectations__quantile(field, quantile, partition=none) -%}
percentile_cont({{ field }}, {{ quantile }}){{ ' over (partition by ' ~ partition ~ ')' if partition }}
{%- endmacro %}
