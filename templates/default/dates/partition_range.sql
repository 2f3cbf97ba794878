{# The days named by `<start>` or `<start>,<end>`; raw_partition_date, date_fmt. #}

{% macro partition_range(raw_partition_date, date_fmt='%Y%m%d') %}
  {% set bounds = (raw_partition_date | string).split(",") %}
  {% if bounds | length > 2 %}
    {% do exceptions.raise_compiler_error("a partition is `<start date>` or `<start date>,<end date>`, not `" ~ raw_partition_date ~ "`") %}
  {% endif %}
  {% set end = bounds[1] if bounds | length == 2 else none %}
  {{ return(dates_in_range(bounds[0], end, in_fmt=date_fmt)) }}
{% endmacro %}
