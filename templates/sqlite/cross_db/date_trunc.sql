{# date_trunc on SQLite; datepart, date. The result is a date for days and longer, a timestamp below; weeks begin on Monday. #}

{% macro sqlite__date_trunc(datepart, date) -%}
    {%- set part = sqlite_datepart(datepart, 'date_trunc', ['second', 'minute', 'hour', 'day', 'week', 'month', 'quarter', 'year']) -%}
    {%- set value = date | string | trim -%}
    {%- if part == 'quarter' -%}
    date({{ value }}, 'start of year', ((strftime('%m', {{ value }}) - 1) / 3 * 3) || ' months')
    {%- elif part in ('day', 'week', 'month', 'year') -%}
    date({{ value }}{{ {'day': "", 'week': ", 'weekday 0', '-6 days'", 'month': ", 'start of month'", 'year': ", 'start of year'"}[part] }})
    {%- else -%}
    strftime('{{ {'hour': '%Y-%m-%d %H:00:00', 'minute': '%Y-%m-%d %H:%M:00', 'second': '%Y-%m-%d %H:%M:%S'}[part] }}', {{ value }})
    {%- endif -%}
{%- endmacro %}
