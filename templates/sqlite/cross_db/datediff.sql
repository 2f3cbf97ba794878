{# datediff on SQLite; first_date, second_date, datepart. Counts boundaries: weeks begin on Monday. Below seconds it takes a function that only forge has. #}

{% macro sqlite__datediff(first_date, second_date, datepart) -%}
    {%- set part = sqlite_datepart(datepart, 'datediff', ['microsecond', 'millisecond', 'second', 'minute', 'hour', 'day', 'week', 'month', 'quarter', 'year', 'decade', 'century']) -%}
    {%- set a = sqlite_moment(first_date) -%}
    {%- set b = sqlite_moment(second_date) -%}
    {%- set years = "(strftime('%Y', " ~ b ~ ") - strftime('%Y', " ~ a ~ "))" -%}
    {%- if part == 'year' -%}
    {{ years }}
    {%- elif part == 'decade' -%}
    (strftime('%Y', {{ b }}) / 10 - strftime('%Y', {{ a }}) / 10)
    {%- elif part == 'century' -%}
    ((strftime('%Y', {{ b }}) - 1) / 100 - (strftime('%Y', {{ a }}) - 1) / 100)
    {%- elif part == 'quarter' -%}
    ({{ years }} * 4 + (strftime('%m', {{ b }}) + 2) / 3 - (strftime('%m', {{ a }}) + 2) / 3)
    {%- elif part == 'month' -%}
    ({{ years }} * 12 + strftime('%m', {{ b }}) - strftime('%m', {{ a }}))
    {%- elif part in ('week', 'day') -%}
    {%- set to_start = ", 'weekday 0', '-6 days'" if part == 'week' else "" -%}
    (cast(julianday(date({{ b }}{{ to_start }})) - julianday(date({{ a }}{{ to_start }})) as integer){{ " / 7" if part == 'week' }})
    {%- elif part in ('hour', 'minute') -%}
    {%- set to_start = '%Y-%m-%d %H:00' if part == 'hour' else '%Y-%m-%d %H:%M' -%}
    ((strftime('%s', strftime('{{ to_start }}', {{ b }})) - strftime('%s', strftime('{{ to_start }}', {{ a }}))) / {{ 3600 if part == 'hour' else 60 }})
    {%- elif part == 'second' -%}
    (strftime('%s', {{ b }}) - strftime('%s', {{ a }}))
    {%- else -%}
    forge_datediff('{{ part }}', {{ a }}, {{ b }})
    {%- endif -%}
{%- endmacro %}
