{% call(part) by_part(ref('s_dateadd'), ['month', 'quarter', 'year', 'week', 'day', 'hour', 'minute', 'second', 'millisecond', 'microsecond', 'decade']) -%}
{{ dbt.dateadd(part, 'n', 'a') }}
{%- endcall %}
