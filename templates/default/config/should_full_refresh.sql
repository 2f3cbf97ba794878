{# Whether this node is rebuilt from scratch: its `full_refresh` config, and without one the flag. #}

{% macro should_full_refresh() %}
  {% set configured = config.get('full_refresh') %}
  {% do return(flags.FULL_REFRESH if configured is none else configured) %}
{% endmacro %}
