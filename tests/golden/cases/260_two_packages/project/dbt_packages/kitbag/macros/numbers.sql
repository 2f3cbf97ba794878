{# A quotient with fractions, null for a division by zero. #}
{% macro safe_divide(numerator, denominator) %}
  {{ return(adapter.dispatch('safe_divide', 'kitbag')(numerator, denominator)) }}
{% endmacro %}

{% macro default__safe_divide(numerator, denominator) -%}
(1.0 * ({{ numerator }}) / nullif({{ denominator }}, 0))
{%- endmacro %}

{# A sum in which null counts as zero. #}
{% macro safe_add(fields) %}
  {{ return(adapter.dispatch('safe_add', 'kitbag')(fields)) }}
{% endmacro %}

{% macro default__safe_add(fields) -%}
({% for field in fields %}coalesce({{ field }}, 0){{ ' + ' if not loop.last }}{% endfor %})
{%- endmacro %}

{# A difference in which null counts as zero. #}
{% macro safe_subtract(fields) %}
  {{ return(adapter.dispatch('safe_subtract', 'kitbag')(fields)) }}
{% endmacro %}

{% macro default__safe_subtract(fields) -%}
({% for field in fields %}coalesce({{ field }}, 0){{ ' - ' if not loop.last }}{% endfor %})
{%- endmacro %}

{# A product in which null counts as one. #}
{% macro safe_multiply(fields) %}
  {{ return(adapter.dispatch('safe_multiply', 'kitbag')(fields)) }}
{% endmacro %}

{% macro default__safe_multiply(fields) -%}
({% for field in fields %}coalesce({{ field }}, 1){{ ' * ' if not loop.last }}{% endfor %})
{%- endmacro %}

{# The mean of columns, nulls left out. #}
{% macro mean_of(fields) %}
  {{ return(adapter.dispatch('mean_of', 'kitbag')(fields)) }}
{% endmacro %}

{% macro default__mean_of(fields) -%}
{{ kitbag.safe_divide(kitbag.safe_add(fields), kitbag.count_present(fields)) }}
{%- endmacro %}

{# How many columns are not null. #}
{% macro count_present(fields) %}
  {{ return(adapter.dispatch('count_present', 'kitbag')(fields)) }}
{% endmacro %}

{% macro default__count_present(fields) -%}
({% for field in fields %}case when {{ field }} is null then 0 else 1 end{{ ' + ' if not loop.last }}{% endfor %})
{%- endmacro %}

{# A share in percent. #}
{% macro percent_of(part, whole, digits=2) %}
  {{ return(adapter.dispatch('percent_of', 'kitbag')(part, whole, digits)) }}
{% endmacro %}

{% macro default__percent_of(part, whole, digits) -%}
round(100 * {{ kitbag.safe_divide(part, whole) }}, {{ digits }})
{%- endmacro %}

{# A change in percent of the old value. #}
{% macro percent_change(old, new, digits=2) %}
  {{ return(adapter.dispatch('percent_change', 'kitbag')(old, new, digits)) }}
{% endmacro %}

{% macro default__percent_change(old, new, digits) -%}
{{ kitbag.percent_of('(' ~ new ~ ') - (' ~ old ~ ')', old, digits) }}
{%- endmacro %}

{# A number kept between two bounds. #}
{% macro clamped(expression, low, high) %}
  {{ return(adapter.dispatch('clamped', 'kitbag')(expression, low, high)) }}
{% endmacro %}

{% macro default__clamped(expression, low, high) -%}
(case when {{ expression }} < {{ low }} then {{ low }} when {{ expression }} > {{ high }} then {{ high }} else {{ expression }} end)
{%- endmacro %}

{# A number rounded to a multiple. #}
{% macro round_to(expression, step) %}
  {{ return(adapter.dispatch('round_to', 'kitbag')(expression, step)) }}
{% endmacro %}

{% macro default__round_to(expression, step) -%}
(round(1.0 * ({{ expression }}) / {{ step }}) * {{ step }})
{%- endmacro %}

{# Into which of equally wide buckets a number falls: 0 below, one more than there are above. #}
{% macro width_bucket(expression, low, high, buckets) %}
  {{ return(adapter.dispatch('width_bucket', 'kitbag')(expression, low, high, buckets)) }}
{% endmacro %}

{% macro default__width_bucket(expression, low, high, buckets) -%}
(case when {{ expression }} < {{ low }} then 0 when {{ expression }} >= {{ high }} then {{ buckets + 1 }} else cast(({{ expression }} - {{ low }}) * {{ buckets }} / ({{ high }} - {{ low }} + 0.0) as {{ dbt.type_int() }}) + 1 end)
{%- endmacro %}

{# The range between edges that a number is in. #}
{% macro bucket_label(expression, edges) %}
  {{ return(adapter.dispatch('bucket_label', 'kitbag')(expression, edges)) }}
{% endmacro %}

{% macro default__bucket_label(expression, edges) -%}
(case{% for edge in edges %} when {{ expression }} < {{ edge }} then '{% if loop.first %}below {{ edge }}{% else %}{{ edges[loop.index0 - 1] }} to {{ edge }}{% endif %}'{% endfor %} when {{ expression }} >= {{ edges[-1] }} then '{{ edges[-1] }} and more' end)
{%- endmacro %}

{# -1, 0 or 1. #}
{% macro sign_of(expression) %}
  {{ return(adapter.dispatch('sign_of', 'kitbag')(expression)) }}
{% endmacro %}

{% macro default__sign_of(expression) -%}
(case when {{ expression }} > 0 then 1 when {{ expression }} < 0 then -1 when {{ expression }} = 0 then 0 end)
{%- endmacro %}

{# Whether a whole number is even. #}
{% macro is_even(expression) %}
  {{ return(adapter.dispatch('is_even', 'kitbag')(expression)) }}
{% endmacro %}

{% macro default__is_even(expression) -%}
(({{ expression }}) % 2 = 0)
{%- endmacro %}

{# Cents as units of a currency. #}
{% macro cents_to_units(expression, digits=2) %}
  {{ return(adapter.dispatch('cents_to_units', 'kitbag')(expression, digits)) }}
{% endmacro %}

{% macro default__cents_to_units(expression, digits) -%}
round(({{ expression }}) / 100.0, {{ digits }})
{%- endmacro %}

{# Units of a currency as cents. #}
{% macro units_to_cents(expression) %}
  {{ return(adapter.dispatch('units_to_cents', 'kitbag')(expression)) }}
{% endmacro %}

{% macro default__units_to_cents(expression) -%}
cast(round(({{ expression }}) * 100) as {{ dbt.type_int() }})
{%- endmacro %}

{# How far two numbers are apart. #}
{% macro distance_between(one, other) %}
  {{ return(adapter.dispatch('distance_between', 'kitbag')(one, other)) }}
{% endmacro %}

{% macro default__distance_between(one, other) -%}
abs(({{ one }}) - ({{ other }}))
{%- endmacro %}

{# The largest of columns, nulls left out. #}
{% macro largest_of(fields) %}
  {{ return(adapter.dispatch('largest_of', 'kitbag')(fields)) }}
{% endmacro %}

{% macro default__largest_of(fields) -%}
greatest({{ fields | join(', ') }})
{%- endmacro %}

{% macro sqlite__largest_of(fields) -%}
(select max(value) from ({% for field in fields %}select {{ field }} as value{{ ' union all ' if not loop.last }}{% endfor %}) as v)
{%- endmacro %}

{# The smallest of columns, nulls left out. #}
{% macro smallest_of(fields) %}
  {{ return(adapter.dispatch('smallest_of', 'kitbag')(fields)) }}
{% endmacro %}

{% macro default__smallest_of(fields) -%}
least({{ fields | join(', ') }})
{%- endmacro %}

{% macro sqlite__smallest_of(fields) -%}
(select min(value) from ({% for field in fields %}select {{ field }} as value{{ ' union all ' if not loop.last }}{% endfor %}) as v)
{%- endmacro %}

{# The distance of two points on the earth. #}
{% macro haversine_distance(lat1, lon1, lat2, lon2, unit="km") %}
  {{ return(adapter.dispatch('haversine_distance', 'kitbag')(lat1, lon1, lat2, lon2, unit)) }}
{% endmacro %}

{% macro default__haversine_distance(lat1, lon1, lat2, lon2, unit) -%}
{%- if unit not in ('km', 'mi') -%}{%- do exceptions.raise_compiler_error("unit is km or mi, not " ~ unit) -%}{%- endif -%}
(2 * {{ 6371.0 if unit == 'km' else 3958.8 }} * asin(sqrt(power(sin(radians(({{ lat2 }}) - ({{ lat1 }})) / 2), 2) + cos(radians({{ lat1 }})) * cos(radians({{ lat2 }})) * power(sin(radians(({{ lon2 }}) - ({{ lon1 }})) / 2), 2))))
{%- endmacro %}

{# The growth per period that leads from the first value to the last. #}
{% macro compound_growth(first, last, periods) %}
  {{ return(adapter.dispatch('compound_growth', 'kitbag')(first, last, periods)) }}
{% endmacro %}

{% macro default__compound_growth(first, last, periods) -%}
(power({{ kitbag.safe_divide(last, first) }}, 1.0 / ({{ periods }})) - 1)
{%- endmacro %}
