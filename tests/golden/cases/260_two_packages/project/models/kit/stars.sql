select
  {{ kitbag.star(ref('people'), except=['email', 'PHONE']) }},
  {{ kitbag.star(ref('people'), except=['email', 'phone', 'born', 'seen_at', 'last', 'city', 'changed'], prefix='p_', suffix='_x', relation_alias='p') }}
from {{ ref('people') }} as p
