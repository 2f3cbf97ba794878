{# date_trunc on SQLite; datepart, date. The result is a date for days and longer, a timestamp below; weeks begin on Monday. Below seconds it takes a function that only forge has. #}

{% macro sqlite__date_trunc(datepart, date) -%}
    {%- set part = sqlite_datepart(datepart, 'date_trunc', ['microsecond', 'millisecond', 'second', 'minute', 'hour', 'day', 'week', 'month', 'quarter', 'year', 'decade', 'century']) -%}
    {%- set value = sqlite_moment(date) -%}
    {%- if part == 'quarter' -%}
    date({{ value }}, 'start of year', ((strftime('%m', {{ value }}) - 1) / 3 * 3) || ' months')
    {%- elif part in ('day', 'week', 'month', 'year') -%}
    date({{ value }}{{ {'day': "", 'week': ", 'weekday 0', '-6 days'", 'month': ", 'start of month'", 'year': ", 'start of year'"}[part] }})
    {%- elif part in ('decade', 'century') -%}
    {%- set past = "strftime('%Y', " ~ value ~ ") % 10" if part == 'decade' else "(strftime('%Y', " ~ value ~ ") - 1) % 100" -%}
    date({{ value }}, 'start of year', -({{ past }}) || ' years')
    {%- elif part in ('hour', 'minute', 'second') -%}
    strftime('{{ {'hour': '%Y-%m-%d %H:00:00', 'minute': '%Y-%m-%d %H:%M:00', 'second': '%Y-%m-%d %H:%M:%S'}[part] }}', {{ value }})
    {%- else -%}
    date_trunc('{{ part }}', {{ value }})
    {%- endif -%}
{%- endmacro %}
