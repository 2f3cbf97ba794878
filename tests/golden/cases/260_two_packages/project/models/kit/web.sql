select
  id,
  {{ kitbag.url_without_protocol('url') }} as m01,
  {{ kitbag.url_host('url') }} as m02,
  {{ kitbag.url_path('url') }} as m03,
  {{ kitbag.url_query('url') }} as m04,
  {{ kitbag.url_parameter('url', 'q') }} as m05,
  {{ kitbag.url_fragment('url') }} as m06,
  {{ kitbag.url_is_secure('url') }} as m07,
  {{ kitbag.utm_fields('url') }}
from {{ ref('pages') }}
