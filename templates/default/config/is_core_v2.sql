{# Whether the dbt version that is reported to templates has the major number 2. #}

{% macro is_core_v2() -%}
  {%- set major = dbt_version.split('.') | first | int -%}
  {{ return(major == 2) }}
{%- endmacro %}
