{# Whether a test keeps its failing rows in the database: its `store_failures` config, and without one the flag. #}

{% macro should_store_failures() %}
  {% set configured = config.get('store_failures') %}
  {% do return(flags.STORE_FAILURES if configured is none else configured) %}
{% endmacro %}
