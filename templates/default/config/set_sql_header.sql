{# Stores the text of a call block as the config `sql_header`; config. #}

{% macro set_sql_header(config) -%}
  {{ config.set('sql_header', caller()) }}
{%- endmacro %}
