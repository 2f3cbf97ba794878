select
  id,
  {{ kitbag.running_total('spent', 'id') }} as m01,
  {{ kitbag.running_total('spent', 'id', 'city') }} as m02,
  {{ kitbag.moving_mean('budget', 'id', rows=2) }} as m03,
  {{ kitbag.previous('spent', 'id', ['city']) }} as m04,
  {{ kitbag.change_from_previous('budget', 'id') }} as m05,
  round({{ kitbag.share_of_total('spent', 'city') }}, 6) as m06,
  {{ kitbag.row_position('budget desc', 'city') }} as m07,
  {{ kitbag.is_first('budget desc', 'city') }} as m08,
  {{ kitbag.filled_forward('spent', 'id') }} as m09,
  round({{ kitbag.z_score('budget') }}, 6) as m10,
  '{{ kitbag.partition_clause(['a', 'b']) }}' as m11
from {{ ref('people') }}
