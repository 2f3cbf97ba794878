{% for entity in ['customer', 'account'] %}
select
    'raw_{{ entity }}s' as source_table,
    {{ entity }}_id as source_key,
    reject_reason,
    delivered_line,
    loaded_at
from {{ ref('stg_' ~ entity ~ 's') }}
where reject_reason is not null
{{ 'union all' if not loop.last }}
{%- endfor %}
