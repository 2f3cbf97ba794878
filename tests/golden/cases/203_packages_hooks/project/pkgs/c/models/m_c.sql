select 1 as x, '{{ c_macro() }}' as y, '{{ var("g", "none") }}' as g
