{%- set people = [{'name': 'ann', 'city': 'x'}, {'name': 'bob', 'city': 'y'}, {'name': 'cyd', 'city': 'x'}] -%}
select '
{{ kitbag.slug('Hello, World! 2x') }} {{ kitbag.slug('2nd Place', '-') }} {{ kitbag.snake_case('CustomerOrderId') }} {{ kitbag.camel_case('customer_order_id') }}
{{ kitbag.chunks([1, 2, 3, 4, 5], 2) }} {{ kitbag.flat([1, [2, [3, (4, 5)]], []]) }} {{ kitbag.compact([0, 1, none, 2]) }}
{{ kitbag.difference([1, 2, 3], [2]) }} {{ kitbag.intersection([1, 2, 3], [3, 2]) }} {{ kitbag.combinations_of([1, 2, 3], 2) }}
{{ kitbag.numbered(['p', 'q']) | tojson }} {{ kitbag.inverted({'k': 'v'}) | tojson }} {{ kitbag.merged({'a': {'b': 1, 'c': 2}, 'd': 3}, {'a': {'c': 4}, 'e': 5}) | tojson }}
{{ kitbag.at_path({'a': {'b': {'c': 7}}}, 'a.b.c') }} {{ kitbag.at_path({'a': 1}, 'a.b', default='none') }} {{ kitbag.plucked(people, 'name') | join(',') }}
{{ kitbag.grouped(people, 'city') | tojson }} {{ kitbag.pairs_of(['a', 'b'], [1, 2]) | tojson }}
{{ kitbag.total([1, 2.5]) }} {{ kitbag.cumulative([1, 2, 3]) }} {{ kitbag.first_present([none, 0, 1]) }} {{ kitbag.first_present([], 'empty') }}
{% for n in [1, 2, 3, 4, 11, 12, 21, 103] %}{{ kitbag.ordinal(n) }} {% endfor %}{{ kitbag.plural(1, 'row') }} {{ kitbag.plural(2, 'row') }} {{ kitbag.plural(0, 'city', 'cities') }}
{{ kitbag.readable_bytes(512) }} {{ kitbag.readable_bytes(1234567) }} {{ kitbag.as_switch(' Yes') }} {{ kitbag.as_switch(0) }} {{ kitbag.is_production() }}
{{ kitbag.relation_label(ref('people')) }} {{ kitbag.require('x', 'never said') }}
{{ kitbag.indented('a\nb', 2) }}
{{ kitbag.dates_of_month(2024, 2) | length }} {{ kitbag.dates_of_month(2026, 2) | last }} {{ kitbag.months_from('2025-11', 4) | join(' ') }}
' as t
