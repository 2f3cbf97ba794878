{# A value as another type, null where the engine can answer so instead of failing; field, type. #}

{% macro safe_cast(field, type) %}
  {{ return(adapter.dispatch('safe_cast', 'dbt')(field, type)) }}
{% endmacro %}

{% macro default__safe_cast(field, type) %}
    {# Engines with a try_cast override this. #}
    cast({{ field }} as {{ type }})
{% endmacro %}
