{# last_day on SQLite; date, datepart. #}

{% macro sqlite__last_day(date, datepart) -%}
    {%- set part = sqlite_datepart(datepart, 'last_day', ['day', 'week', 'month', 'quarter', 'year']) -%}
    {%- set value = sqlite_moment(date) -%}
    {%- if part == 'quarter' -%}
    date({{ value }}, 'start of year', ((strftime('%m', {{ value }}) + 2) / 3 * 3) || ' months', '-1 day')
    {%- else -%}
    date({{ value }}{{ {'day': "", 'week': ", 'weekday 0'", 'month': ", 'start of month', '+1 month', '-1 day'", 'year': ", 'start of year', '+1 year', '-1 day'"}[part] }})
    {%- endif -%}
{%- endmacro %}
