{# SQLite has no materialized views. #}

{% materialization materialized_view, adapter='sqlite' %}
  {% do exceptions.raise_compiler_error("materialized views are not supported on sqlite; use `view`, `table` or `incremental`") %}
{% endmaterialization %}
