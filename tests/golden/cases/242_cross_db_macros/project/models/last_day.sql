{% call(part) by_part(ref('s_last_day'), ['month', 'quarter', 'year', 'week', 'day']) -%}
{{ dbt.last_day('a', part) }}
{%- endcall %}
