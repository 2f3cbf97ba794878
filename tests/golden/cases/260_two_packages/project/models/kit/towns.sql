{{ kitbag.union_relations([ref('towns_north'), ref('towns_south')], column_override={'size': 'real'}, where='id < 3') }}
