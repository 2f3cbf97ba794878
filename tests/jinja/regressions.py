"""Small templates that forge once rendered differently, by name."""

CASES = {
    "a comparison that fails ends its chain": "{{ 1 > 2 > nope.x }}{{ 1 < 2 < 3 }}{{ 3 > 2 > 2 }}",
    "the values of with are computed first": "{% set x = 1 %}{% with x = 2, w = x %}{{ x }}{{ w }}{% endwith %}",
    "an empty list repeats at once": "{{ [] * 1000000000000 }}",
    "a list cannot repeat without end": "{{ [] * 12345678901234567890 }}",
    "none is not iterable": "{{ none|list }}",
    "none contains nothing because it is an error": "{{ 1 in none }}",
    "a false value is not asked for its items": "{{ 0|map('upper')|list }}",
    "a generator is walked through once": "{% set g = [1, 2]|map('string') %}{{ g|join }}-{{ g|join }}",
    "a generator has no length": "{{ [1]|select|length }}",
    "a generator is true": "{{ 'yes' if []|select else 'no' }}",
    "undefined attributes sort as equal": "{{ 'ba'|sort(attribute='x') }}",
    "of two floats as near the even one prints": "{{ 1e-7 * 2 ** 70 }}",
    "integers divide exactly": "{{ 9007199254740993 / 7 }}",
    "floats floor like floats": "{{ 1e16 // -3 }} {{ -2.5 // -3 }} {{ -3 % 1.5 }}",
    "text needs no arguments behind a percent sign": "{{ '' % [1] }}",
    "a precision lengthens integers": "{{ '%.3d' % 7 }}{{ '%c' % 97 }}{{ '%#.3g' % 1.5 }}",
    "booleans format as numbers": "{{ '{:5}|{:*>8}'.format(true, false) }}",
    "groups of digits fill with zeros": "{{ '{:08,}|{:_x}|{:#010x}'.format(1234, 70000, 255) }}",
    "lists have no format": "{{ '{:5}'.format([1]) }}",
    "a filter block writes text": "{% filter length %}abc{% endfilter %}",
    "words split from the right keep the blanks in front": "{{ ' a b '.rsplit(maxsplit=1) }}{{ ' a b '.split(maxsplit=1) }}",
    "lines wrap as in textwrap": "{{ 'Hello World-wide'|wordwrap(7) }}",
    "raw takes no plus at its end": "{% raw +%}x{% endraw %}",
    "a key of another type cannot be sorted": "{{ {1: 2, none: 3}|tojson }}",
    "an unhashable key is an error": "{{ [] in {} }}",
    "views are sets": "{{ ({'a': 1, 'b': 2}.keys() - ['a'])|list }}{{ {'a': 1}.keys() <= {'a': 2}.keys() }}",
    "links": "{{ 'see www.example.com, (https://a.org/x) or me@b.de.'|urlize(12, true) }}",
    "attributes": "{{ {'class': 'a', 'id': none, 'x': '<'}|xmlattr }}",
    "undefined is no number": "{{ nope|int }}",
    "undefined cannot be sliced": "{{ ({}|first)[1:] }}",
    "a loop takes strings apart": "{% for a, b in ['xy', (1, 2)] %}{{ a }}{{ b }}{% endfor %}",
    "a search behind the end finds nothing": "{{ 'abc'.rfind('', 9) }}{{ 'abc'.find('', 3) }}",
}

# A template and its macros.
WITH_MACROS = {
    "a default may read an argument that stands before other defaults": (
        "{{ m(1) }}{{ m(1, c=2) }}",
        "{% macro m(a=1, b=a, c=(3,)) %}{{ a }}{{ b }}{{ c }}{% endmacro %}",
    ),
}


def everything():
    for name, template in CASES.items():
        yield f"{{# {name} #}}" + template, "", False
    for name, (template, macros) in WITH_MACROS.items():
        yield f"{{# {name} #}}" + template, macros, False
