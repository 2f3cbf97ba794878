{% for entity in ['customer', 'account'] %}
select
    'raw_{{ entity }}s' as source_table,
    {{ entity }}_id as source_key,
    _forge_reason as reject_reason,
    delivered_line,
    loaded_at
from {{ quarantine_of('stg_' ~ entity ~ 's') }}
{{ 'union all' if not loop.last }}
{%- endfor %}
