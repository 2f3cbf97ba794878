{{ kitbag.latest_rows(ref('people'), 'city', 'changed') }}
