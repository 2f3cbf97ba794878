{# Two conditions, either of which may be missing. #}
{% macro both(one, other) %}
  {{ return(adapter.dispatch('both', 'gauge')(one, other)) }}
{% endmacro %}

{% macro default__both(one, other) -%}
{%- if one and other -%}({{ one }}) and ({{ other }}){%- else -%}{{ one or other or '1 = 1' }}{%- endif -%}
{%- endmacro %}

{# A query for the rows for which a condition does not hold. #}
{% macro rows_that_break(model, condition, where=none) %}
  {{ return(adapter.dispatch('rows_that_break', 'gauge')(model, condition, where)) }}
{% endmacro %}

{% macro default__rows_that_break(model, condition, where) -%}
select *
from {{ model }}
where {{ where or '1 = 1' }}
  and not coalesce({{ condition }}, false)
{%- endmacro %}

{# Whether an expression lies outside of bounds. #}
{% macro out_of_range(expression, min_value=none, max_value=none, strictly=false) %}
  {{ return(adapter.dispatch('out_of_range', 'gauge')(expression, min_value, max_value, strictly)) }}
{% endmacro %}

{% macro default__out_of_range(expression, min_value, max_value, strictly) -%}
{%- set parts = [] -%}
{%- if min_value is not none -%}
{%- do parts.append(expression ~ (' <= ' if strictly else ' < ') ~ min_value) -%}
{%- endif -%}
{%- if max_value is not none -%}
{%- do parts.append(expression ~ (' >= ' if strictly else ' > ') ~ max_value) -%}
{%- endif -%}
{%- if not parts -%}
{%- do exceptions.raise_compiler_error('give min_value or max_value') -%}
{%- endif -%}
({{ parts | join(' or ') }})
{%- endmacro %}

{# A query for the groups whose aggregate lies outside of bounds. #}
{% macro aggregate_out_of_range(model, expression, min_value, max_value, group_by=none, row_condition=none, strictly=false) %}
  {{ return(adapter.dispatch('aggregate_out_of_range', 'gauge')(model, expression, min_value, max_value, group_by, row_condition, strictly)) }}
{% endmacro %}

{% macro default__aggregate_out_of_range(model, expression, min_value, max_value, group_by, row_condition, strictly) -%}
{%- set keys = gauge.key_list(group_by) -%}
select *
from (
    select {{ keys ~ ', ' if keys }}{{ expression }} as gauge_value
    from {{ model }}
    where {{ row_condition or '1 = 1' }}
    {{ 'group by ' ~ keys if keys }}
) as measured
where gauge_value is null or {{ gauge.out_of_range('gauge_value', min_value, max_value, strictly) }}
{%- endmacro %}

{# Columns with commas between, from a text, a list or nothing. #}
{% macro key_list(keys) %}
  {{ return(adapter.dispatch('key_list', 'gauge')(keys)) }}
{% endmacro %}

{% macro default__key_list(keys) -%}
{{- keys if keys is string else (keys or []) | join(', ') -}}
{%- endmacro %}

{# Literals with commas between. #}
{% macro literals(values, quote_values=true) %}
  {{ return(adapter.dispatch('literals', 'gauge')(values, quote_values)) }}
{% endmacro %}

{% macro default__literals(values, quote_values) -%}
{%- for value in values -%}
{{ gauge.one_literal(value, quote_values) }}{{ ', ' if not loop.last }}
{%- endfor -%}
{%- endmacro %}

{# A literal. #}
{% macro one_literal(value, quote_values=true) %}
  {{ return(adapter.dispatch('one_literal', 'gauge')(value, quote_values)) }}
{% endmacro %}

{% macro default__one_literal(value, quote_values) -%}
{{- ("'" ~ dbt.escape_single_quotes(value | string) ~ "'") if quote_values else value -}}
{%- endmacro %}

{# A query with literal values. #}
{% macro value_rows(values, quote_values=true) %}
  {{ return(adapter.dispatch('value_rows', 'gauge')(values, quote_values)) }}
{% endmacro %}

{% macro default__value_rows(values, quote_values) -%}
{%- for value in values %}
select {{ gauge.one_literal(value, quote_values) }} as value
{{- ' union all' if not loop.last }}
{%- endfor %}
{%- endmacro %}

{# The names of the columns of a relation in small letters; empty while parsing. #}
{% macro names_of(relation) %}
  {{ return(adapter.dispatch('names_of', 'gauge')(relation)) }}
{% endmacro %}

{% macro default__names_of(relation) -%}
{%- if not execute -%}{{ return([]) }}{%- endif -%}
{{ return(adapter.get_columns_in_relation(relation) | map(attribute='name') | map('lower') | list) }}
{%- endmacro %}

{# A query with one row per problem, none without. #}
{% macro problem_rows(problems) %}
  {{ return(adapter.dispatch('problem_rows', 'gauge')(problems)) }}
{% endmacro %}

{% macro default__problem_rows(problems) -%}
{%- for problem in problems %}
select '{{ dbt.escape_single_quotes(problem) }}' as problem
{{- ' union all' if not loop.last }}
{%- endfor %}
{%- if not problems %}
select 'none' as problem where 1 = 0
{%- endif %}
{%- endmacro %}

{# What of a list is not in another, in small letters. #}
{% macro missing_from(wanted, present) %}
  {{ return(adapter.dispatch('missing_from', 'gauge')(wanted, present)) }}
{% endmacro %}

{% macro default__missing_from(wanted, present) -%}
{{ return(wanted | map('lower') | reject('in', present | map('lower') | list) | list) }}
{%- endmacro %}

{# Whether a text is like one of patterns. #}
{% macro like_any(expression, patterns) %}
  {{ return(adapter.dispatch('like_any', 'gauge')(expression, patterns)) }}
{% endmacro %}

{% macro default__like_any(expression, patterns) -%}
({% for pattern in patterns %}{{ expression }} like '{{ pattern }}'{{ ' or ' if not loop.last }}{% endfor %})
{%- endmacro %}

{# Whether a text matches a regular expression. #}
{% macro matches(expression, pattern) %}
  {{ return(adapter.dispatch('matches', 'gauge')(expression, pattern)) }}
{% endmacro %}

{% macro default__matches(expression, pattern) -%}
regexp_like({{ expression }}, '{{ pattern }}')
{%- endmacro %}

{% macro sqlite__matches(expression, pattern) -%}
({{ expression }} regexp '{{ pattern }}')
{%- endmacro %}

{# Whether a text has characters of a set only, the set in the form of GLOB. #}
{% macro only_characters(expression, glob) %}
  {{ return(adapter.dispatch('only_characters', 'gauge')(expression, glob)) }}
{% endmacro %}

{% macro default__only_characters(expression, glob) -%}
({{ expression }} similar to '[{{ glob }}]*')
{%- endmacro %}

{% macro sqlite__only_characters(expression, glob) -%}
({{ expression }} not glob '*[^{{ glob }}]*')
{%- endmacro %}

{# How many days a moment is ago. #}
{% macro days_since(expression) %}
  {{ return(adapter.dispatch('days_since', 'gauge')(expression)) }}
{% endmacro %}

{% macro default__days_since(expression) -%}
{{ dbt.datediff(expression, dbt.current_timestamp(), 'day') }}
{%- endmacro %}

{% macro sqlite__days_since(expression) -%}
(julianday(date('now')) - julianday(date({{ expression }})))
{%- endmacro %}

{# The standard deviation of all rows. #}
{% macro standard_deviation(expression) %}
  {{ return(adapter.dispatch('standard_deviation', 'gauge')(expression)) }}
{% endmacro %}

{% macro default__standard_deviation(expression) -%}
stddev_pop({{ expression }})
{%- endmacro %}

{% macro sqlite__standard_deviation(expression) -%}
sqrt(max(0, avg(1.0 * ({{ expression }}) * ({{ expression }})) - avg(1.0 * ({{ expression }})) * avg(1.0 * ({{ expression }}))))
{%- endmacro %}

{# A query for the value in `gauge_value` below which a share of all lies. #}
{% macro quantile_query(model, column_name, quantile, row_condition=none) %}
  {{ return(adapter.dispatch('quantile_query', 'gauge')(model, column_name, quantile, row_condition)) }}
{% endmacro %}

{% macro default__quantile_query(model, column_name, quantile, row_condition) -%}
select percentile_cont({{ quantile }}) within group (order by {{ column_name }}) as gauge_value
from {{ model }}
where {{ row_condition or '1 = 1' }}
{%- endmacro %}

{% macro sqlite__quantile_query(model, column_name, quantile, row_condition) -%}
select max(case when place = floor({{ quantile }} * (n - 1)) then value end)
    + ({{ quantile }} * (max(n) - 1) - floor({{ quantile }} * (max(n) - 1)))
    * (max(case when place = ceil({{ quantile }} * (n - 1)) then value end) - max(case when place = floor({{ quantile }} * (n - 1)) then value end)) as gauge_value
from (
    select {{ column_name }} as value, row_number() over (order by {{ column_name }}) - 1 as place, count(*) over () as n
    from {{ model }}
    where {{ gauge.both(column_name ~ ' is not null', row_condition) }}
) as placed
{%- endmacro %}
