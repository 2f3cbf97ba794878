{# Refuses materialized views; an engine that has them brings its own materialization. #}

{% materialization materialized_view, default %}
  {% do exceptions.raise_compiler_error("materialized views are not supported on " ~ adapter.type() ~ "; use `view`, `table` or `incremental`") %}
{% endmaterialization %}
