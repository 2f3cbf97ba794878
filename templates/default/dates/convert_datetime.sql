{# Text to datetime with a clear error; date_str, date_fmt (strptime format). #}

{% macro convert_datetime(date_str, date_fmt) %}
  {% set complaint = "the date '" ~ date_str ~ "' does not have the format '" ~ date_fmt ~ "'" %}
  {{ return(try_or_compiler_error(complaint, modules.datetime.datetime.strptime, date_str.strip(), date_fmt)) }}
{% endmacro %}
