{# A text as a name: small letters, digits and separators. #}
{% macro slug(text, separator="_") %}
  {{ return(adapter.dispatch('slug', 'kitbag')(text, separator)) }}
{% endmacro %}

{% macro default__slug(text, separator) -%}
{%- set plain = modules.re.sub('[^0-9a-z]+', separator, text | string | lower) -%}
{%- set plain = plain.strip(separator) -%}
{{ return(('_' ~ plain) if modules.re.match('[0-9]', plain) else plain) }}
{%- endmacro %}

{# `CustomerOrderID` as `customer_order_id`. #}
{% macro snake_case(text) %}
  {{ return(adapter.dispatch('snake_case', 'kitbag')(text)) }}
{% endmacro %}

{% macro default__snake_case(text) -%}
{{ return(modules.re.sub('([a-z0-9])([A-Z])', '\\1_\\2', text).lower()) }}
{%- endmacro %}

{# `customer_order` as `customerOrder`. #}
{% macro camel_case(text) %}
  {{ return(adapter.dispatch('camel_case', 'kitbag')(text)) }}
{% endmacro %}

{% macro default__camel_case(text) -%}
{%- set words = text.split('_') -%}
{{ return(words[0] ~ (words[1:] | map('capitalize') | join)) }}
{%- endmacro %}

{# A list in lists of a size. #}
{% macro chunks(items, size) %}
  {{ return(adapter.dispatch('chunks', 'kitbag')(items, size)) }}
{% endmacro %}

{% macro default__chunks(items, size) -%}
{{ return(items | batch(size) | list) }}
{%- endmacro %}

{# Lists in a list as one list. #}
{% macro flat(lists) %}
  {{ return(adapter.dispatch('flat', 'kitbag')(lists)) }}
{% endmacro %}

{% macro default__flat(lists) -%}
{%- set items = [] -%}
{%- for one in lists -%}
{%- do items.extend(kitbag.flat(one) if one is iterable and one is not string and one is not mapping else [one]) -%}
{%- endfor -%}
{{ return(items) }}
{%- endmacro %}

{# A list without what is none, empty or false. #}
{% macro compact(items) %}
  {{ return(adapter.dispatch('compact', 'kitbag')(items)) }}
{% endmacro %}

{% macro default__compact(items) -%}
{{ return(items | select | list) }}
{%- endmacro %}

{# What is in the first list only. #}
{% macro difference(items, others) %}
  {{ return(adapter.dispatch('difference', 'kitbag')(items, others)) }}
{% endmacro %}

{% macro default__difference(items, others) -%}
{{ return(items | reject('in', others) | list) }}
{%- endmacro %}

{# What is in both lists. #}
{% macro intersection(items, others) %}
  {{ return(adapter.dispatch('intersection', 'kitbag')(items, others)) }}
{% endmacro %}

{% macro default__intersection(items, others) -%}
{{ return(items | select('in', others) | list) }}
{%- endmacro %}

{# A mapping from number to item. #}
{% macro numbered(items, start=1) %}
  {{ return(adapter.dispatch('numbered', 'kitbag')(items, start)) }}
{% endmacro %}

{% macro default__numbered(items, start) -%}
{%- set mapping = {} -%}
{%- for item in items -%}
{%- do mapping.update({loop.index0 + start: item}) -%}
{%- endfor -%}
{{ return(mapping) }}
{%- endmacro %}

{# A mapping from value to key. #}
{% macro inverted(mapping) %}
  {{ return(adapter.dispatch('inverted', 'kitbag')(mapping)) }}
{% endmacro %}

{% macro default__inverted(mapping) -%}
{%- set other = {} -%}
{%- for key, value in mapping.items() -%}
{%- do other.update({value: key}) -%}
{%- endfor -%}
{{ return(other) }}
{%- endmacro %}

{# Two mappings as one, nested ones too; the second counts. #}
{% macro merged(one, other) %}
  {{ return(adapter.dispatch('merged', 'kitbag')(one, other)) }}
{% endmacro %}

{% macro default__merged(one, other) -%}
{%- set all = {} -%}
{%- do all.update(one) -%}
{%- for key, value in other.items() -%}
{%- do all.update({key: kitbag.merged(all[key], value) if value is mapping and all.get(key) is mapping else value}) -%}
{%- endfor -%}
{{ return(all) }}
{%- endmacro %}

{# What a dotted path leads to. #}
{% macro at_path(mapping, path, default=none) %}
  {{ return(adapter.dispatch('at_path', 'kitbag')(mapping, path, default)) }}
{% endmacro %}

{% macro default__at_path(mapping, path, default) -%}
{%- set ns = namespace(place=mapping) -%}
{%- for step in path.split('.') -%}
{%- set ns.place = ns.place.get(step) if ns.place is mapping else none -%}
{%- endfor -%}
{{ return(default if ns.place is none else ns.place) }}
{%- endmacro %}

{# One attribute of each item. #}
{% macro plucked(items, name) %}
  {{ return(adapter.dispatch('plucked', 'kitbag')(items, name)) }}
{% endmacro %}

{% macro default__plucked(items, name) -%}
{{ return(items | map(attribute=name) | list) }}
{%- endmacro %}

{# A mapping from an attribute to the items that have it. #}
{% macro grouped(items, name) %}
  {{ return(adapter.dispatch('grouped', 'kitbag')(items, name)) }}
{% endmacro %}

{% macro default__grouped(items, name) -%}
{%- set groups = {} -%}
{%- for item in items -%}
{%- do groups.setdefault(item[name], []).append(item) -%}
{%- endfor -%}
{{ return(groups) }}
{%- endmacro %}

{# A mapping of keys and values. #}
{% macro pairs_of(keys, values) %}
  {{ return(adapter.dispatch('pairs_of', 'kitbag')(keys, values)) }}
{% endmacro %}

{% macro default__pairs_of(keys, values) -%}
{{ return(dict(zip(keys, values))) }}
{%- endmacro %}

{# The sum of a list. #}
{% macro total(items) %}
  {{ return(adapter.dispatch('total', 'kitbag')(items)) }}
{% endmacro %}

{% macro default__total(items) -%}
{{ return(items | sum) }}
{%- endmacro %}

{# The running sums of a list. #}
{% macro cumulative(items) %}
  {{ return(adapter.dispatch('cumulative', 'kitbag')(items)) }}
{% endmacro %}

{% macro default__cumulative(items) -%}
{%- set ns = namespace(sum=0) -%}
{%- set sums = [] -%}
{%- for item in items -%}
{%- set ns.sum = ns.sum + item -%}
{%- do sums.append(ns.sum) -%}
{%- endfor -%}
{{ return(sums) }}
{%- endmacro %}

{# The first item that is not none. #}
{% macro first_present(items, default=none) %}
  {{ return(adapter.dispatch('first_present', 'kitbag')(items, default)) }}
{% endmacro %}

{% macro default__first_present(items, default) -%}
{{ return(items | reject('none') | first | default(default)) }}
{%- endmacro %}

{# `1st`, `2nd`, `3rd`, `11th`. #}
{% macro ordinal(number) %}
  {{ return(adapter.dispatch('ordinal', 'kitbag')(number)) }}
{% endmacro %}

{% macro default__ordinal(number) -%}
{%- set ends = {1: 'st', 2: 'nd', 3: 'rd'} -%}
{{ return(number ~ ('th' if number % 100 in (11, 12, 13) else ends.get(number % 10, 'th'))) }}
{%- endmacro %}

{# A number with its noun. #}
{% macro plural(count, one, many=none) %}
  {{ return(adapter.dispatch('plural', 'kitbag')(count, one, many)) }}
{% endmacro %}

{% macro default__plural(count, one, many) -%}
{{ return(count ~ ' ' ~ (one if count == 1 else (many or one ~ 's'))) }}
{%- endmacro %}

{# A number of bytes with a unit. #}
{% macro readable_bytes(count) %}
  {{ return(adapter.dispatch('readable_bytes', 'kitbag')(count)) }}
{% endmacro %}

{% macro default__readable_bytes(count) -%}
{%- set ns = namespace(left=count, unit='B') -%}
{%- for unit in ['kB', 'MB', 'GB', 'TB'] -%}
{%- if ns.left >= 1000 -%}
{%- set ns.left = ns.left / 1000 -%}
{%- set ns.unit = unit -%}
{%- endif -%}
{%- endfor -%}
{{ return('%.1f %s' % (ns.left, ns.unit)) }}
{%- endmacro %}

{# A switch from what people write. #}
{% macro as_switch(value) %}
  {{ return(adapter.dispatch('as_switch', 'kitbag')(value)) }}
{% endmacro %}

{% macro default__as_switch(value) -%}
{{ return((value | string | lower | trim) in ('1', 'true', 't', 'yes', 'y', 'on')) }}
{%- endmacro %}

{# Whether the target is a productive one. #}
{% macro is_production(names=["prod", "production"]) %}
  {{ return(adapter.dispatch('is_production', 'kitbag')(names)) }}
{% endmacro %}

{% macro default__is_production(names) -%}
{{ return(target.name in names) }}
{%- endmacro %}

{# Schema and name of a relation, without quotes. #}
{% macro relation_label(relation) %}
  {{ return(adapter.dispatch('relation_label', 'kitbag')(relation)) }}
{% endmacro %}

{% macro default__relation_label(relation) -%}
{{ return(relation.schema ~ '.' ~ relation.identifier) }}
{%- endmacro %}

{# The value, or an error without one. #}
{% macro require(value, message) %}
  {{ return(adapter.dispatch('require', 'kitbag')(value, message)) }}
{% endmacro %}

{% macro default__require(value, message) -%}
{%- if value is none or value == '' -%}
{%- do exceptions.raise_compiler_error(message) -%}
{%- endif -%}
{{ return(value) }}
{%- endmacro %}

{# A text with blanks before each line. #}
{% macro indented(text, width=4) %}
  {{ return(adapter.dispatch('indented', 'kitbag')(text, width)) }}
{% endmacro %}

{% macro default__indented(text, width) -%}
{{ return(' ' * width ~ (text.split('\n') | join('\n' ~ ' ' * width))) }}
{%- endmacro %}

{# Every day of a month as text. #}
{% macro dates_of_month(year, month) %}
  {{ return(adapter.dispatch('dates_of_month', 'kitbag')(year, month)) }}
{% endmacro %}

{% macro default__dates_of_month(year, month) -%}
{%- set first = modules.datetime.date(year, month, 1) -%}
{%- set days = [] -%}
{%- for offset in range(31) -%}
{%- set day = first + modules.datetime.timedelta(days=offset) -%}
{%- if day.month == month -%}
{%- do days.append(day.isoformat()) -%}
{%- endif -%}
{%- endfor -%}
{{ return(days) }}
{%- endmacro %}

{# Months as text, `2026-01`. #}
{% macro months_from(start, count) %}
  {{ return(adapter.dispatch('months_from', 'kitbag')(start, count)) }}
{% endmacro %}

{% macro default__months_from(start, count) -%}
{%- set year, month = start.split('-') | map('int') -%}
{%- set months = [] -%}
{%- for offset in range(count) -%}
{%- set place = month - 1 + offset -%}
{%- do months.append('%04d-%02d' % (year + place // 12, place % 12 + 1)) -%}
{%- endfor -%}
{{ return(months) }}
{%- endmacro %}

{# All combinations of a size. #}
{% macro combinations_of(items, size) %}
  {{ return(adapter.dispatch('combinations_of', 'kitbag')(items, size)) }}
{% endmacro %}

{% macro default__combinations_of(items, size) -%}
{{ return(modules.itertools.combinations(items, size) | list) }}
{%- endmacro %}
