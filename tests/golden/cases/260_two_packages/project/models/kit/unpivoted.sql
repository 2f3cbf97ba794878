{{ kitbag.unpivot(ref('towns_south'), keep=['id'], field_name='what', value_name='held') }}
