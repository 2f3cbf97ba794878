{% test holds(model) %}
select * from {{ model }} where actual is not expected
{% endtest %}

{# One select per datepart that the seed has; the expression is a call that ends in `)`, PART stands for the datepart. #}
{% macro by_part(seed, parts, name) %}
{% for part in parts %}
select id, part, expected, {{ caller(part) }} as actual from {{ seed }} where part = '{{ part }}'
{{ "union all" if not loop.last }}
{% endfor %}
{% endmacro %}
