select id, {{ kitbag.surrogate_key(['first', 'city']) }} as person_key, {{ kitbag.surrogate_key(['spent']) }} as spent_key from {{ ref('people') }}
