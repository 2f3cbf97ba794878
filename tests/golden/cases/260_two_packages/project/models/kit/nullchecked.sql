{{ kitbag.nullcheck_table(ref('people')) }}
