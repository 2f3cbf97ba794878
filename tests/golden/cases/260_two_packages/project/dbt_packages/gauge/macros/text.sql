{# Texts have more than blanks. #}
{% test not_blank(model, column_name, row_condition=none) %}
  {{ adapter.dispatch('test_not_blank', 'gauge')(model, column_name, row_condition) }}
{% endtest %}

{% macro default__test_not_blank(model, column_name, row_condition) -%}
{%- set holds -%}trim({{ column_name }}) <> ''{%- endset -%}
{{ gauge.rows_that_break(model, holds, gauge.both(column_name ~ ' is not null', row_condition)) }}
{%- endmacro %}

{# Texts have no blanks around. #}
{% test trimmed(model, column_name, row_condition=none) %}
  {{ adapter.dispatch('test_trimmed', 'gauge')(model, column_name, row_condition) }}
{% endtest %}

{% macro default__test_trimmed(model, column_name, row_condition) -%}
{%- set holds -%}{{ column_name }} = trim({{ column_name }}){%- endset -%}
{{ gauge.rows_that_break(model, holds, gauge.both(column_name ~ ' is not null', row_condition)) }}
{%- endmacro %}

{# Texts have no small letters. #}
{% test upper_case(model, column_name, row_condition=none) %}
  {{ adapter.dispatch('test_upper_case', 'gauge')(model, column_name, row_condition) }}
{% endtest %}

{% macro default__test_upper_case(model, column_name, row_condition) -%}
{%- set holds -%}{{ column_name }} = upper({{ column_name }}){%- endset -%}
{{ gauge.rows_that_break(model, holds, gauge.both(column_name ~ ' is not null', row_condition)) }}
{%- endmacro %}

{# Texts have no large letters. #}
{% test lower_case(model, column_name, row_condition=none) %}
  {{ adapter.dispatch('test_lower_case', 'gauge')(model, column_name, row_condition) }}
{% endtest %}

{% macro default__test_lower_case(model, column_name, row_condition) -%}
{%- set holds -%}{{ column_name }} = lower({{ column_name }}){%- endset -%}
{{ gauge.rows_that_break(model, holds, gauge.both(column_name ~ ' is not null', row_condition)) }}
{%- endmacro %}

{# Texts have no two blanks in a row. #}
{% test no_double_blanks(model, column_name, row_condition=none) %}
  {{ adapter.dispatch('test_no_double_blanks', 'gauge')(model, column_name, row_condition) }}
{% endtest %}

{% macro default__test_no_double_blanks(model, column_name, row_condition) -%}
{%- set holds -%}{{ column_name }} not like '%  %'{%- endset -%}
{{ gauge.rows_that_break(model, holds, gauge.both(column_name ~ ' is not null', row_condition)) }}
{%- endmacro %}

{# Texts have a length. #}
{% test length_equals(model, column_name, length, row_condition=none) %}
  {{ adapter.dispatch('test_length_equals', 'gauge')(model, column_name, length, row_condition) }}
{% endtest %}

{% macro default__test_length_equals(model, column_name, length, row_condition) -%}
{%- set holds -%}length({{ column_name }}) = {{ length }}{%- endset -%}
{{ gauge.rows_that_break(model, holds, gauge.both(column_name ~ ' is not null', row_condition)) }}
{%- endmacro %}

{# Texts have a length between bounds. #}
{% test length_between(model, column_name, min_value=none, max_value=none, row_condition=none) %}
  {{ adapter.dispatch('test_length_between', 'gauge')(model, column_name, min_value, max_value, row_condition) }}
{% endtest %}

{% macro default__test_length_between(model, column_name, min_value, max_value, row_condition) -%}
{%- set holds -%}not {{ gauge.out_of_range('length(' ~ column_name ~ ')', min_value, max_value) }}{%- endset -%}
{{ gauge.rows_that_break(model, holds, gauge.both(column_name ~ ' is not null', row_condition)) }}
{%- endmacro %}

{# Texts are like a pattern. #}
{% test like_pattern(model, column_name, pattern, row_condition=none) %}
  {{ adapter.dispatch('test_like_pattern', 'gauge')(model, column_name, pattern, row_condition) }}
{% endtest %}

{% macro default__test_like_pattern(model, column_name, pattern, row_condition) -%}
{%- set holds -%}{{ column_name }} like '{{ pattern }}'{%- endset -%}
{{ gauge.rows_that_break(model, holds, gauge.both(column_name ~ ' is not null', row_condition)) }}
{%- endmacro %}

{# Texts are not like a pattern. #}
{% test not_like_pattern(model, column_name, pattern, row_condition=none) %}
  {{ adapter.dispatch('test_not_like_pattern', 'gauge')(model, column_name, pattern, row_condition) }}
{% endtest %}

{% macro default__test_not_like_pattern(model, column_name, pattern, row_condition) -%}
{%- set holds -%}{{ column_name }} not like '{{ pattern }}'{%- endset -%}
{{ gauge.rows_that_break(model, holds, gauge.both(column_name ~ ' is not null', row_condition)) }}
{%- endmacro %}

{# Texts are like one of patterns. #}
{% test like_any_pattern(model, column_name, patterns, row_condition=none) %}
  {{ adapter.dispatch('test_like_any_pattern', 'gauge')(model, column_name, patterns, row_condition) }}
{% endtest %}

{% macro default__test_like_any_pattern(model, column_name, patterns, row_condition) -%}
{%- set holds -%}{{ gauge.like_any(column_name, patterns) }}{%- endset -%}
{{ gauge.rows_that_break(model, holds, gauge.both(column_name ~ ' is not null', row_condition)) }}
{%- endmacro %}

{# Texts are like none of patterns. #}
{% test like_no_pattern(model, column_name, patterns, row_condition=none) %}
  {{ adapter.dispatch('test_like_no_pattern', 'gauge')(model, column_name, patterns, row_condition) }}
{% endtest %}

{% macro default__test_like_no_pattern(model, column_name, patterns, row_condition) -%}
{%- set holds -%}not {{ gauge.like_any(column_name, patterns) }}{%- endset -%}
{{ gauge.rows_that_break(model, holds, gauge.both(column_name ~ ' is not null', row_condition)) }}
{%- endmacro %}

{# Texts match a regular expression. #}
{% test matches_regex(model, column_name, pattern, row_condition=none) %}
  {{ adapter.dispatch('test_matches_regex', 'gauge')(model, column_name, pattern, row_condition) }}
{% endtest %}

{% macro default__test_matches_regex(model, column_name, pattern, row_condition) -%}
{%- set holds -%}{{ gauge.matches(column_name, pattern) }}{%- endset -%}
{{ gauge.rows_that_break(model, holds, gauge.both(column_name ~ ' is not null', row_condition)) }}
{%- endmacro %}

{# Texts do not match a regular expression. #}
{% test matches_no_regex(model, column_name, pattern, row_condition=none) %}
  {{ adapter.dispatch('test_matches_no_regex', 'gauge')(model, column_name, pattern, row_condition) }}
{% endtest %}

{% macro default__test_matches_no_regex(model, column_name, pattern, row_condition) -%}
{%- set holds -%}not {{ gauge.matches(column_name, pattern) }}{%- endset -%}
{{ gauge.rows_that_break(model, holds, gauge.both(column_name ~ ' is not null', row_condition)) }}
{%- endmacro %}

{# Texts match one of regular expressions. #}
{% test matches_any_regex(model, column_name, regexes, row_condition=none) %}
  {{ adapter.dispatch('test_matches_any_regex', 'gauge')(model, column_name, regexes, row_condition) }}
{% endtest %}

{% macro default__test_matches_any_regex(model, column_name, regexes, row_condition) -%}
{%- set holds -%}({% for one in regexes %}{{ gauge.matches(column_name, one) }}{{ ' or ' if not loop.last }}{% endfor %}){%- endset -%}
{{ gauge.rows_that_break(model, holds, gauge.both(column_name ~ ' is not null', row_condition)) }}
{%- endmacro %}

{# Texts have plain characters only. #}
{% test ascii_only(model, column_name, row_condition=none) %}
  {{ adapter.dispatch('test_ascii_only', 'gauge')(model, column_name, row_condition) }}
{% endtest %}

{% macro default__test_ascii_only(model, column_name, row_condition) -%}
{%- set holds -%}{{ gauge.only_characters(column_name, ' -~') }}{%- endset -%}
{{ gauge.rows_that_break(model, holds, gauge.both(column_name ~ ' is not null', row_condition)) }}
{%- endmacro %}

{# Texts have digits only. #}
{% test digits_only(model, column_name, row_condition=none) %}
  {{ adapter.dispatch('test_digits_only', 'gauge')(model, column_name, row_condition) }}
{% endtest %}

{% macro default__test_digits_only(model, column_name, row_condition) -%}
{%- set holds -%}{{ column_name }} <> '' and {{ gauge.only_characters(column_name, '0-9') }}{%- endset -%}
{{ gauge.rows_that_break(model, holds, gauge.both(column_name ~ ' is not null', row_condition)) }}
{%- endmacro %}

{# Texts look like addresses of mail. #}
{% test email_shape(model, column_name, row_condition=none) %}
  {{ adapter.dispatch('test_email_shape', 'gauge')(model, column_name, row_condition) }}
{% endtest %}

{% macro default__test_email_shape(model, column_name, row_condition) -%}
{%- set holds -%}{{ column_name }} like '%_@_%._%' and {{ column_name }} not like '% %' and {{ column_name }} not like '%@%@%'{%- endset -%}
{{ gauge.rows_that_break(model, holds, gauge.both(column_name ~ ' is not null', row_condition)) }}
{%- endmacro %}

{# Texts look like addresses of pages. #}
{% test url_shape(model, column_name, row_condition=none) %}
  {{ adapter.dispatch('test_url_shape', 'gauge')(model, column_name, row_condition) }}
{% endtest %}

{% macro default__test_url_shape(model, column_name, row_condition) -%}
{%- set holds -%}({{ gauge.like_any(column_name, ['http://_%', 'https://_%']) }}) and {{ column_name }} not like '% %'{%- endset -%}
{{ gauge.rows_that_break(model, holds, gauge.both(column_name ~ ' is not null', row_condition)) }}
{%- endmacro %}

{# Texts look like UUIDs. #}
{% test uuid_shape(model, column_name, row_condition=none) %}
  {{ adapter.dispatch('test_uuid_shape', 'gauge')(model, column_name, row_condition) }}
{% endtest %}

{% macro default__test_uuid_shape(model, column_name, row_condition) -%}
{%- set holds -%}length({{ column_name }}) = 36 and {{ column_name }} like '________-____-____-____-____________' and {{ gauge.only_characters('lower(' ~ column_name ~ ')', '-0-9a-f') }}{%- endset -%}
{{ gauge.rows_that_break(model, holds, gauge.both(column_name ~ ' is not null', row_condition)) }}
{%- endmacro %}

{# Texts are dates, 2026-01-31. #}
{% test iso_date(model, column_name, row_condition=none) %}
  {{ adapter.dispatch('test_iso_date', 'gauge')(model, column_name, row_condition) }}
{% endtest %}

{% macro default__test_iso_date(model, column_name, row_condition) -%}
{%- set holds -%}{{ column_name }} similar to '[0-9]{4}-[0-9]{2}-[0-9]{2}'{%- endset -%}
{{ gauge.rows_that_break(model, holds, gauge.both(column_name ~ ' is not null', row_condition)) }}
{%- endmacro %}

{% macro sqlite__test_iso_date(model, column_name, row_condition) -%}
{%- set holds -%}date({{ column_name }}) = {{ column_name }}{%- endset -%}
{{ gauge.rows_that_break(model, holds, gauge.both(column_name ~ ' is not null', row_condition)) }}
{%- endmacro %}

{# Texts are three large letters. #}
{% test currency_code(model, column_name, row_condition=none) %}
  {{ adapter.dispatch('test_currency_code', 'gauge')(model, column_name, row_condition) }}
{% endtest %}

{% macro default__test_currency_code(model, column_name, row_condition) -%}
{%- set holds -%}length({{ column_name }}) = 3 and {{ gauge.only_characters(column_name, 'A-Z') }}{%- endset -%}
{{ gauge.rows_that_break(model, holds, gauge.both(column_name ~ ' is not null', row_condition)) }}
{%- endmacro %}
