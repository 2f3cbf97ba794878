{%- set cities = kitbag.column_values(ref('people'), 'city', where='city is not null', order_by='city', default=['none']) %}
select
  first,
  {{ kitbag.pivot('city', cities, aggregate='sum', then_value='coalesce(spent, 0)', prefix='in_') }},
  {{ kitbag.pivot('city', cities, aggregate='max', suffix=' Seen', quote_identifiers=false) }}
from {{ ref('people') }}
{{ kitbag.group_by(1) }}
