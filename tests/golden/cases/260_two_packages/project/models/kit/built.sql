select
  {{ kitbag.lookup('city', {'Berlin': 1, 'Paris': 2}, otherwise='0') }} as m01,
  {{ kitbag.literal(1.5) }} as m02, {{ kitbag.literal(none) }} as m03,
  {{ kitbag.renamed({'first': 'given', 'last': 'family'}, relation_alias='p') }},
  {{ kitbag.casted({'spent': 'text', 'budget': 'real'}) }},
  {{ kitbag.all_of(['id > 1', 'id < 4 or id = 5']) }} as m04,
  {{ kitbag.any_of([]) }} as m05, {{ kitbag.all_of([]) }} as m06,
  {{ kitbag.in_values('city', ['Paris']) }} as m07, {{ kitbag.in_values('city', []) }} as m08,
  {{ kitbag.differs('spent', 'budget') }} as m09, {{ kitbag.differs('null', 'null') }} as m10,
  {{ kitbag.composite_key(['city', 'spent']) }} as m11,
  (select count(*) from {{ ref('people') }} as a join {{ ref('people') }} as b on a.first = b.first and a.id < b.id where {{ kitbag.any_differs(['city', 'spent']) }}) as m12,
  {{ kitbag.filled_star(ref('people'), fallback="'?'", except=['id', 'first', 'last', 'spent', 'budget']) }}
from {{ ref('people') }} as p
{{ kitbag.limit_in(['dev'], 4) }}
