{% call(part) by_part(ref('s_date_trunc'), ['month', 'quarter', 'year', 'week', 'day', 'hour', 'minute', 'second', 'millisecond', 'decade', 'century']) -%}
{{ dbt.date_trunc(part, 'a') }}
{%- endcall %}
