{{ kitbag.rows_of(['a', 'b'], [[1, "it's"], [none, 'x']]) }}
