{# 'ada', ' ADA ' and 'Ada' are one person. #}
{% macro clean_name(column) -%}
upper(substr(trim({{ column }}), 1, 1)) || lower(substr(trim({{ column }}), 2))
{%- endmacro %}
