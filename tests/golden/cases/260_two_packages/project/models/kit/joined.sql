{{ kitbag.anti_join(ref('towns_south'), ref('towns_north'), 'id') }} union all {{ kitbag.semi_join(ref('towns_south'), ref('towns_north'), 'id') }}
