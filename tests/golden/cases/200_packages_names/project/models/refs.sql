select * from {{ ref('m') }}
union all select * from {{ ref('pkg_a', 'm') }}
union all select * from {{ ref('pkg_b', 'm') }}
union all select who, 1, 2 from {{ ref('only_a') }}
union all select '{{ shared() }}', '{{ pkg_a.shared() }}', '{{ pkg_b.shared() }}'
union all select '{{ pkg_a.dispatched() }}', '{{ pkg_c.c_macro() }}', '{{ pkg_a.calls_shared() }}'
union all select '{{ only_in_a() if only_in_a is defined else "undefined" }}', '', ''
