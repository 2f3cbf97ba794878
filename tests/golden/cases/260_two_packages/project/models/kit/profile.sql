{{ kitbag.profile(ref('towns_north')) }}
