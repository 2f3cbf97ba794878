{# dateadd on SQLite; datepart, interval, from_date_or_timestamp. A date stays a date for days and longer, and a day that the new month lacks becomes the month's last. Below seconds it takes a function that only forge has. #}

{% macro sqlite__dateadd(datepart, interval, from_date_or_timestamp) -%}
    {%- set part = sqlite_datepart(datepart, 'dateadd', ['microsecond', 'millisecond', 'second', 'minute', 'hour', 'day', 'week', 'month', 'quarter', 'year', 'decade', 'century']) -%}
    {%- set value = sqlite_moment(from_date_or_timestamp) -%}
    {%- set days = {'day': 1, 'week': 7} -%}
    {%- set months = {'month': 1, 'quarter': 3, 'year': 12, 'decade': 120, 'century': 1200} -%}
    {%- set fraction = " || " ~ sqlite_fraction(value) -%}
    {%- if part in days -%}
    {%- set move = "((" ~ interval ~ ") * " ~ days[part] ~ ") || ' days'" -%}
    case when length({{ value }}) = 10 then date({{ value }}, {{ move }}) else datetime({{ value }}, {{ move }}){{ fraction }} end
    {%- elif part in months -%}
    {%- set count = "(" ~ interval ~ ") * " ~ months[part] -%}
    {%- set move = "(" ~ count ~ ") || ' months'" -%}
    {%- set month_end = "date(" ~ value ~ ", 'start of month', (" ~ count ~ " + 1) || ' months', '-1 day')" -%}
    case when length({{ value }}) = 10 then min(date({{ value }}, {{ move }}), {{ month_end }}) else min(datetime({{ value }}, {{ move }}), {{ month_end }} || ' ' || time({{ value }})){{ fraction }} end
    {%- elif part in ('hour', 'minute', 'second') -%}
    datetime({{ value }}, ({{ interval }}) || ' {{ part }}s'){{ fraction }}
    {%- else -%}
    forge_dateadd('{{ part }}', {{ interval }}, {{ value }})
    {%- endif -%}
{%- endmacro %}
