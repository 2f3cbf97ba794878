{# Every day between two dates, both included; start_date_str, end_date_str (default: the start), in_fmt, out_fmt (empty: datetimes instead of text). #}

{% macro dates_in_range(start_date_str, end_date_str=none, in_fmt="%Y%m%d", out_fmt="%Y%m%d") %}
  {% set first_day = convert_datetime(start_date_str, in_fmt) %}
  {% set last_day = first_day if end_date_str is none else convert_datetime(end_date_str, in_fmt) %}
  {% set distance = (last_day - first_day).days %}
  {% if distance < 0 %}
    {% do exceptions.raise_compiler_error("the range of dates ends before it starts: " ~ first_day ~ ", " ~ last_day, model) %}
  {% endif %}
  {% set days = [] %}
  {% for offset in range(0, distance + 1) %}
    {% set day = first_day + modules.datetime.timedelta(days=offset) %}
    {% do days.append(day.strftime(out_fmt) if out_fmt else day) %}
  {% endfor %}
  {{ return(days) }}
{% endmacro %}
