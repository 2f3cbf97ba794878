{# The columns of a relation for a select list. #}
{% macro star(from, except=[], prefix="", suffix="", relation_alias="", quote_identifiers=true) %}
  {{ return(adapter.dispatch('star', 'kitbag')(from, except, prefix, suffix, relation_alias, quote_identifiers)) }}
{% endmacro %}

{% macro default__star(from, except, prefix, suffix, relation_alias, quote_identifiers) -%}
{%- set names = kitbag.column_names(from, except) -%}
{%- if not names -%}
*
{%- else -%}
{%- for name in names -%}
{{ (relation_alias ~ '.') if relation_alias }}{{ adapter.quote(name) if quote_identifiers else name }}{% if prefix or suffix %} as {{ adapter.quote(prefix ~ name ~ suffix) if quote_identifiers else prefix ~ name ~ suffix }}{% endif %}
{%- if not loop.last %},
  {% endif -%}
{%- endfor -%}
{%- endif -%}
{%- endmacro %}

{# The names of the columns of a relation, some left out; empty while parsing. #}
{% macro column_names(relation, except=[]) %}
  {{ return(adapter.dispatch('column_names', 'kitbag')(relation, except)) }}
{% endmacro %}

{% macro default__column_names(relation, except) -%}
{%- if not execute -%}
{{ return([]) }}
{%- endif -%}
{%- set dropped = except | map('lower') | list -%}
{%- set names = [] -%}
{%- for column in adapter.get_columns_in_relation(relation) if column.name | lower not in dropped -%}
{%- do names.append(column.name) -%}
{%- endfor -%}
{{ return(names) }}
{%- endmacro %}

{# The names of the columns that all relations have. #}
{% macro common_columns(relations) %}
  {{ return(adapter.dispatch('common_columns', 'kitbag')(relations)) }}
{% endmacro %}

{% macro default__common_columns(relations) -%}
{%- set ns = namespace(names=none) -%}
{%- for relation in relations -%}
{%- set names = kitbag.column_names(relation) -%}
{%- set ns.names = names if ns.names is none else ns.names | select('in', names) | list -%}
{%- endfor -%}
{{ return(ns.names or []) }}
{%- endmacro %}

{# The names of the columns that any relation has, in the order of their first relation. #}
{% macro all_columns(relations, except=[]) %}
  {{ return(adapter.dispatch('all_columns', 'kitbag')(relations, except)) }}
{% endmacro %}

{% macro default__all_columns(relations, except) -%}
{%- set names = [] -%}
{%- for relation in relations -%}
{%- for name in kitbag.column_names(relation, except) if name not in names -%}
{%- do names.append(name) -%}
{%- endfor -%}
{%- endfor -%}
{{ return(names) }}
{%- endmacro %}

{# All rows of relations with differing columns; what a relation lacks is null. #}
{% macro union_relations(relations, except=[], source_column_name="_source", column_override={}, where=none) %}
  {{ return(adapter.dispatch('union_relations', 'kitbag')(relations, except, source_column_name, column_override, where)) }}
{% endmacro %}

{% macro default__union_relations(relations, except, source_column_name, column_override, where) -%}
{%- set names = kitbag.all_columns(relations, except) -%}
{%- for relation in relations %}
{%- set own = kitbag.column_names(relation) %}
select
    {% if source_column_name %}'{{ relation.identifier }}' as {{ source_column_name }}{{ ',' if names }}{% endif %}
    {%- for name in names %}
    {{ ('cast(' ~ (adapter.quote(name) if name in own else 'null') ~ ' as ' ~ column_override[name] ~ ')') if name in column_override else (adapter.quote(name) if name in own else 'null') }} as {{ adapter.quote(name) }}{{ ',' if not loop.last }}
    {%- endfor %}
from {{ relation }}
{%- if where %}
where {{ where }}
{%- endif %}
{%- if not loop.last %}
union all
{%- endif %}
{%- endfor %}
{%- endmacro %}

{# A hash of columns in which null is not the empty text. #}
{% macro surrogate_key(fields) %}
  {{ return(adapter.dispatch('surrogate_key', 'kitbag')(fields)) }}
{% endmacro %}

{% macro default__surrogate_key(fields) -%}
{%- set parts = [] -%}
{%- for field in fields -%}
{%- do parts.append("coalesce(cast(" ~ field ~ " as " ~ dbt.type_string() ~ "), '_null_')") -%}
{%- if not loop.last -%}
{%- do parts.append("'|'") -%}
{%- endif -%}
{%- endfor -%}
{{ dbt.hash(dbt.concat(parts)) }}
{%- endmacro %}

{# Columns as one text in which null is not the empty text; readable where surrogate_key is short. #}
{% macro composite_key(fields, separator="|") %}
  {{ return(adapter.dispatch('composite_key', 'kitbag')(fields, separator)) }}
{% endmacro %}

{% macro default__composite_key(fields, separator) -%}
({% for field in fields %}coalesce(cast({{ field }} as {{ dbt.type_string() }}), '_null_'){{ (" || '" ~ separator ~ "' || ") if not loop.last }}{% endfor %})
{%- endmacro %}

{# One column per value of a column. #}
{% macro pivot(column, values, aggregate="sum", then_value=1, else_value=0, prefix="", suffix="", quote_identifiers=true) %}
  {{ return(adapter.dispatch('pivot', 'kitbag')(column, values, aggregate, then_value, else_value, prefix, suffix, quote_identifiers)) }}
{% endmacro %}

{% macro default__pivot(column, values, aggregate, then_value, else_value, prefix, suffix, quote_identifiers) -%}
{%- for value in values %}
{{ aggregate }}(case when {{ column }} = '{{ dbt.escape_single_quotes(value | string) }}' then {{ then_value }} else {{ else_value }} end) as {{ adapter.quote(prefix ~ value ~ suffix) if quote_identifiers else kitbag.slug(prefix ~ value ~ suffix) }}{{ ',' if not loop.last }}
{%- endfor %}
{%- endmacro %}

{# One row per column of a relation. #}
{% macro unpivot(relation, keep=[], remove=[], field_name="field_name", value_name="value", cast_to=none) %}
  {{ return(adapter.dispatch('unpivot', 'kitbag')(relation, keep, remove, field_name, value_name, cast_to)) }}
{% endmacro %}

{% macro default__unpivot(relation, keep, remove, field_name, value_name, cast_to) -%}
{%- set names = kitbag.column_names(relation, keep + remove) -%}
{%- for name in names %}
select
    {% for kept in keep %}{{ kept }},
    {% endfor %}'{{ name }}' as {{ field_name }},
    cast({{ adapter.quote(name) }} as {{ cast_to or dbt.type_string() }}) as {{ value_name }}
from {{ relation }}
{%- if not loop.last %}
union all
{%- endif %}
{%- endfor %}
{%- endmacro %}

{# The first row of each group. #}
{% macro deduplicate(relation, partition_by, order_by) %}
  {{ return(adapter.dispatch('deduplicate', 'kitbag')(relation, partition_by, order_by)) }}
{% endmacro %}

{% macro default__deduplicate(relation, partition_by, order_by) -%}
select {{ kitbag.star(relation, relation_alias='ranked') }}
from (
    select *, row_number() over (partition by {{ partition_by }} order by {{ order_by }}) as kitbag_row
    from {{ relation }}
) as ranked
where kitbag_row = 1
{%- endmacro %}

{# The row of each key that changed last. #}
{% macro latest_rows(relation, key, changed_at) %}
  {{ return(adapter.dispatch('latest_rows', 'kitbag')(relation, key, changed_at)) }}
{% endmacro %}

{% macro default__latest_rows(relation, key, changed_at) -%}
{{ kitbag.deduplicate(relation, key, changed_at ~ ' desc') }}
{%- endmacro %}

{# `group by 1, 2, … n`. #}
{% macro group_by(n) %}
  {{ return(adapter.dispatch('group_by', 'kitbag')(n)) }}
{% endmacro %}

{% macro default__group_by(n) -%}
group by {% for i in range(1, n + 1) %}{{ i }}{{ ', ' if not loop.last }}{% endfor %}
{%- endmacro %}

{# A query with the numbers from 1. #}
{% macro numbers(upper_bound, column="n") %}
  {{ return(adapter.dispatch('numbers', 'kitbag')(upper_bound, column)) }}
{% endmacro %}

{% macro default__numbers(upper_bound, column) -%}
with recursive counted as (
    select 1 as {{ column }}
    union all
    select {{ column }} + 1 from counted where {{ column }} < {{ upper_bound }}
)
select {{ column }} from counted
{%- endmacro %}

{# A case over a mapping. #}
{% macro lookup(expression, mapping, otherwise="null") %}
  {{ return(adapter.dispatch('lookup', 'kitbag')(expression, mapping, otherwise)) }}
{% endmacro %}

{% macro default__lookup(expression, mapping, otherwise) -%}
(case{% for key, value in mapping.items() %} when {{ expression }} = {{ kitbag.literal(key) }} then {{ kitbag.literal(value) }}{% endfor %} else {{ otherwise }} end)
{%- endmacro %}

{# A value of Jinja as a literal. #}
{% macro literal(value) %}
  {{ return(adapter.dispatch('literal', 'kitbag')(value)) }}
{% endmacro %}

{% macro default__literal(value) -%}
{%- if value is none -%}null
{%- elif value is boolean -%}{{ 'true' if value else 'false' }}
{%- elif value is number -%}{{ value }}
{%- else -%}{{ kitbag.quoted_text(value) }}
{%- endif -%}
{%- endmacro %}

{# A query with literal rows. #}
{% macro rows_of(columns, rows) %}
  {{ return(adapter.dispatch('rows_of', 'kitbag')(columns, rows)) }}
{% endmacro %}

{% macro default__rows_of(columns, rows) -%}
{%- for row in rows %}
select {% for value in row %}{{ kitbag.literal(value) }} as {{ columns[loop.index0] }}{{ ', ' if not loop.last }}{% endfor %}
{%- if not loop.last %}
union all
{%- endif %}
{%- endfor %}
{%- endmacro %}

{# Columns under other names. #}
{% macro renamed(mapping, relation_alias="") %}
  {{ return(adapter.dispatch('renamed', 'kitbag')(mapping, relation_alias)) }}
{% endmacro %}

{% macro default__renamed(mapping, relation_alias) -%}
{% for old, new in mapping.items() %}{{ (relation_alias ~ '.') if relation_alias }}{{ old }} as {{ new }}{{ ', ' if not loop.last }}{% endfor %}
{%- endmacro %}

{# Columns with other types, under their names. #}
{% macro casted(types) %}
  {{ return(adapter.dispatch('casted', 'kitbag')(types)) }}
{% endmacro %}

{% macro default__casted(types) -%}
{% for name, type in types.items() %}cast({{ name }} as {{ type }}) as {{ name }}{{ ', ' if not loop.last }}{% endfor %}
{%- endmacro %}

{# Conditions with `and` between; true without any. #}
{% macro all_of(conditions) %}
  {{ return(adapter.dispatch('all_of', 'kitbag')(conditions)) }}
{% endmacro %}

{% macro default__all_of(conditions) -%}
{{ ('(' ~ (conditions | join(') and (')) ~ ')') if conditions else '1 = 1' }}
{%- endmacro %}

{# Conditions with `or` between; false without any. #}
{% macro any_of(conditions) %}
  {{ return(adapter.dispatch('any_of', 'kitbag')(conditions)) }}
{% endmacro %}

{% macro default__any_of(conditions) -%}
{{ ('(' ~ (conditions | join(') or (')) ~ ')') if conditions else '1 = 0' }}
{%- endmacro %}

{# Whether an expression is in a list; false for an empty one. #}
{% macro in_values(expression, values) %}
  {{ return(adapter.dispatch('in_values', 'kitbag')(expression, values)) }}
{% endmacro %}

{% macro default__in_values(expression, values) -%}
{% if values %}{{ expression }} in ({% for value in values %}{{ kitbag.literal(value) }}{{ ', ' if not loop.last }}{% endfor %}){% else %}1 = 0{% endif %}
{%- endmacro %}

{# Whether two values differ, null being a value. #}
{% macro differs(one, other) %}
  {{ return(adapter.dispatch('differs', 'kitbag')(one, other)) }}
{% endmacro %}

{% macro default__differs(one, other) -%}
(({{ one }} <> {{ other }}) or ({{ one }} is null and {{ other }} is not null) or ({{ one }} is not null and {{ other }} is null))
{%- endmacro %}

{# Whether any column differs between two aliases. #}
{% macro any_differs(columns, left="a", right="b") %}
  {{ return(adapter.dispatch('any_differs', 'kitbag')(columns, left, right)) }}
{% endmacro %}

{% macro default__any_differs(columns, left, right) -%}
{%- set parts = [] -%}
{%- for column in columns -%}
{%- do parts.append(kitbag.differs(left ~ '.' ~ column, right ~ '.' ~ column)) -%}
{%- endfor -%}
{{ kitbag.any_of(parts) }}
{%- endmacro %}

{# Rows whose key another relation does not have. #}
{% macro anti_join(relation, other, key) %}
  {{ return(adapter.dispatch('anti_join', 'kitbag')(relation, other, key)) }}
{% endmacro %}

{% macro default__anti_join(relation, other, key) -%}
select a.* from {{ relation }} as a where not exists (select 1 from {{ other }} as b where b.{{ key }} = a.{{ key }})
{%- endmacro %}

{# Rows whose key another relation has. #}
{% macro semi_join(relation, other, key) %}
  {{ return(adapter.dispatch('semi_join', 'kitbag')(relation, other, key)) }}
{% endmacro %}

{% macro default__semi_join(relation, other, key) -%}
select a.* from {{ relation }} as a where exists (select 1 from {{ other }} as b where b.{{ key }} = a.{{ key }})
{%- endmacro %}

{# Texts with null for the empty one, under their names. #}
{% macro nullcheck(columns) %}
  {{ return(adapter.dispatch('nullcheck', 'kitbag')(columns)) }}
{% endmacro %}

{% macro default__nullcheck(columns) -%}
{%- for name in columns %}
nullif({{ name }}, '') as {{ name }}{{ ',' if not loop.last }}
{%- endfor %}
{%- endmacro %}

{# A relation with null for empty texts. #}
{% macro nullcheck_table(relation) %}
  {{ return(adapter.dispatch('nullcheck_table', 'kitbag')(relation)) }}
{% endmacro %}

{% macro default__nullcheck_table(relation) -%}
select {{ kitbag.nullcheck(kitbag.column_names(relation)) }}
from {{ relation }}
{%- endmacro %}

{# The columns of a relation with a value for null. #}
{% macro filled_star(relation, fallback="0", except=[]) %}
  {{ return(adapter.dispatch('filled_star', 'kitbag')(relation, fallback, except)) }}
{% endmacro %}

{% macro default__filled_star(relation, fallback, except) -%}
{%- for name in kitbag.column_names(relation, except) %}
coalesce({{ name }}, {{ fallback }}) as {{ name }}{{ ',' if not loop.last }}
{%- endfor %}
{%- endmacro %}

{# A limit in some targets only. #}
{% macro limit_in(targets, rows=100) %}
  {{ return(adapter.dispatch('limit_in', 'kitbag')(targets, rows)) }}
{% endmacro %}

{% macro default__limit_in(targets, rows) -%}
{% if target.name in targets %}limit {{ rows }}{% endif %}
{%- endmacro %}

{# A query with how often each value is there. #}
{% macro counted_by(relation, column) %}
  {{ return(adapter.dispatch('counted_by', 'kitbag')(relation, column)) }}
{% endmacro %}

{% macro default__counted_by(relation, column) -%}
select {{ column }} as value, count(*) as n from {{ relation }} group by {{ column }}
{%- endmacro %}

{# One row per column: rows, nulls, distinct values, smallest and largest. #}
{% macro profile(relation) %}
  {{ return(adapter.dispatch('profile', 'kitbag')(relation)) }}
{% endmacro %}

{% macro default__profile(relation) -%}
{%- for name in kitbag.column_names(relation) %}
select
    '{{ name }}' as column_name,
    count(*) as row_count,
    count(*) - count({{ adapter.quote(name) }}) as null_count,
    count(distinct {{ adapter.quote(name) }}) as distinct_count,
    cast(min({{ adapter.quote(name) }}) as {{ dbt.type_string() }}) as smallest,
    cast(max({{ adapter.quote(name) }}) as {{ dbt.type_string() }}) as largest
from {{ relation }}
{%- if not loop.last %}
union all
{%- endif %}
{%- endfor %}
{%- endmacro %}
