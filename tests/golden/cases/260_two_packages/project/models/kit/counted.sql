{{ kitbag.counted_by(ref('people'), 'city') }}
