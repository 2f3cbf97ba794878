{% call(part) by_part(ref('s_datediff'), ['month', 'quarter', 'year', 'week', 'day', 'hour', 'minute', 'second', 'millisecond', 'microsecond', 'decade', 'century']) -%}
cast({{ dbt.datediff('a', 'b', part) }} as text)
{%- endcall %}
