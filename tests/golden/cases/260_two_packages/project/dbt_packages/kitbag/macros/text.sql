{# Null for a text without characters other than blanks. #}
{% macro null_if_blank(expression) %}
  {{ return(adapter.dispatch('null_if_blank', 'kitbag')(expression)) }}
{% endmacro %}

{% macro default__null_if_blank(expression) -%}
nullif(trim({{ expression }}), '')
{%- endmacro %}

{# Whether a text is null or has blanks only. #}
{% macro is_blank(expression) %}
  {{ return(adapter.dispatch('is_blank', 'kitbag')(expression)) }}
{% endmacro %}

{% macro default__is_blank(expression) -%}
(trim(coalesce({{ expression }}, '')) = '')
{%- endmacro %}

{# The text, or another one where it is blank. #}
{% macro text_or(expression, fallback) %}
  {{ return(adapter.dispatch('text_or', 'kitbag')(expression, fallback)) }}
{% endmacro %}

{% macro default__text_or(expression, fallback) -%}
coalesce({{ kitbag.null_if_blank(expression) }}, {{ fallback }})
{%- endmacro %}

{# A text with runs of blanks made one, without blanks around. #}
{% macro squish(expression, rounds=4) %}
  {{ return(adapter.dispatch('squish', 'kitbag')(expression, rounds)) }}
{% endmacro %}

{% macro default__squish(expression, rounds) -%}
{%- set ns = namespace(sql=expression) -%}
{%- for _ in range(rounds) -%}
{%- set ns.sql = "replace(" ~ ns.sql ~ ", '  ', ' ')" -%}
{%- endfor -%}
trim({{ ns.sql }})
{%- endmacro %}

{# A text without some characters. #}
{% macro remove_characters(expression, characters) %}
  {{ return(adapter.dispatch('remove_characters', 'kitbag')(expression, characters)) }}
{% endmacro %}

{% macro default__remove_characters(expression, characters) -%}
{%- set ns = namespace(sql=expression) -%}
{%- for character in characters -%}
{%- set ns.sql = "replace(" ~ ns.sql ~ ", '" ~ dbt.escape_single_quotes(character) ~ "', '')" -%}
{%- endfor -%}
{{ ns.sql }}
{%- endmacro %}

{# A text with every key of a mapping replaced by its value. #}
{% macro replace_all(expression, replacements) %}
  {{ return(adapter.dispatch('replace_all', 'kitbag')(expression, replacements)) }}
{% endmacro %}

{% macro default__replace_all(expression, replacements) -%}
{%- set ns = namespace(sql=expression) -%}
{%- for old, new in replacements.items() -%}
{%- set ns.sql = "replace(" ~ ns.sql ~ ", '" ~ dbt.escape_single_quotes(old) ~ "', '" ~ dbt.escape_single_quotes(new) ~ "')" -%}
{%- endfor -%}
{{ ns.sql }}
{%- endmacro %}

{# Whether a text begins with a literal. #}
{% macro text_starts_with(expression, start) %}
  {{ return(adapter.dispatch('text_starts_with', 'kitbag')(expression, start)) }}
{% endmacro %}

{% macro default__text_starts_with(expression, start) -%}
(substr({{ expression }}, 1, {{ start | length }}) = '{{ dbt.escape_single_quotes(start) }}')
{%- endmacro %}

{# Whether a text ends with a literal. #}
{% macro text_ends_with(expression, end) %}
  {{ return(adapter.dispatch('text_ends_with', 'kitbag')(expression, end)) }}
{% endmacro %}

{% macro default__text_ends_with(expression, end) -%}
(substr({{ expression }}, -{{ end | length }}) = '{{ dbt.escape_single_quotes(end) }}')
{%- endmacro %}

{# Whether a text has a literal in it. #}
{% macro text_contains(expression, part) %}
  {{ return(adapter.dispatch('text_contains', 'kitbag')(expression, part)) }}
{% endmacro %}

{% macro default__text_contains(expression, part) -%}
(position('{{ dbt.escape_single_quotes(part) }}' in {{ expression }}) > 0)
{%- endmacro %}

{% macro sqlite__text_contains(expression, part) -%}
(instr({{ expression }}, '{{ dbt.escape_single_quotes(part) }}') > 0)
{%- endmacro %}

{# How often a literal is in a text. #}
{% macro count_occurrences(expression, part) %}
  {{ return(adapter.dispatch('count_occurrences', 'kitbag')(expression, part)) }}
{% endmacro %}

{% macro default__count_occurrences(expression, part) -%}
((length({{ expression }}) - length(replace({{ expression }}, '{{ dbt.escape_single_quotes(part) }}', ''))) / {{ part | length }})
{%- endmacro %}

{# How many words a text has. #}
{% macro word_count(expression) %}
  {{ return(adapter.dispatch('word_count', 'kitbag')(expression)) }}
{% endmacro %}

{% macro default__word_count(expression) -%}
(case when {{ kitbag.is_blank(expression) }} then 0 else {{ kitbag.count_occurrences(kitbag.squish(expression), ' ') }} + 1 end)
{%- endmacro %}

{# What stands before the first marker; the whole text without one. #}
{% macro before(expression, marker) %}
  {{ return(adapter.dispatch('before', 'kitbag')(expression, marker)) }}
{% endmacro %}

{% macro default__before(expression, marker) -%}
split_part({{ expression }}, '{{ marker }}', 1)
{%- endmacro %}

{% macro sqlite__before(expression, marker) -%}
(case when instr({{ expression }}, '{{ marker }}') > 0 then substr({{ expression }}, 1, instr({{ expression }}, '{{ marker }}') - 1) else {{ expression }} end)
{%- endmacro %}

{# What stands after the first marker; null without one. #}
{% macro after(expression, marker) %}
  {{ return(adapter.dispatch('after', 'kitbag')(expression, marker)) }}
{% endmacro %}

{% macro default__after(expression, marker) -%}
substring({{ expression }} from position('{{ marker }}' in {{ expression }}) + {{ marker | length }})
{%- endmacro %}

{% macro sqlite__after(expression, marker) -%}
(case when instr({{ expression }}, '{{ marker }}') > 0 then substr({{ expression }}, instr({{ expression }}, '{{ marker }}') + {{ marker | length }}) end)
{%- endmacro %}

{# What stands between two markers. #}
{% macro between_markers(expression, opening, closing) %}
  {{ return(adapter.dispatch('between_markers', 'kitbag')(expression, opening, closing)) }}
{% endmacro %}

{% macro default__between_markers(expression, opening, closing) -%}
{{ kitbag.before(kitbag.after(expression, opening), closing) }}
{%- endmacro %}

{# A text filled up on the left. #}
{% macro left_padded(expression, width, fill="0") %}
  {{ return(adapter.dispatch('left_padded', 'kitbag')(expression, width, fill)) }}
{% endmacro %}

{% macro default__left_padded(expression, width, fill) -%}
lpad({{ expression }}, {{ width }}, '{{ fill }}')
{%- endmacro %}

{% macro sqlite__left_padded(expression, width, fill) -%}
substr('{{ fill * width }}' || {{ expression }}, -{{ width }})
{%- endmacro %}

{# A text filled up on the right. #}
{% macro right_padded(expression, width, fill=" ") %}
  {{ return(adapter.dispatch('right_padded', 'kitbag')(expression, width, fill)) }}
{% endmacro %}

{% macro default__right_padded(expression, width, fill) -%}
rpad({{ expression }}, {{ width }}, '{{ fill }}')
{%- endmacro %}

{% macro sqlite__right_padded(expression, width, fill) -%}
substr({{ expression }} || '{{ fill * width }}', 1, {{ width }})
{%- endmacro %}

{# A text of which only the last characters can be read. #}
{% macro masked(expression, shown=4, mask="*") %}
  {{ return(adapter.dispatch('masked', 'kitbag')(expression, shown, mask)) }}
{% endmacro %}

{% macro default__masked(expression, shown, mask) -%}
(case when length({{ expression }}) <= {{ shown }} then {{ expression }} else '{{ mask * 8 }}' || substr({{ expression }}, -{{ shown }}) end)
{%- endmacro %}

{# A text cut to a width, with three points where something is missing. #}
{% macro shortened(expression, width) %}
  {{ return(adapter.dispatch('shortened', 'kitbag')(expression, width)) }}
{% endmacro %}

{% macro default__shortened(expression, width) -%}
(case when length({{ expression }}) > {{ width }} then substr({{ expression }}, 1, {{ width - 3 }}) || '...' else {{ expression }} end)
{%- endmacro %}

{# A text with a large first letter. #}
{% macro capitalized(expression) %}
  {{ return(adapter.dispatch('capitalized', 'kitbag')(expression)) }}
{% endmacro %}

{% macro default__capitalized(expression) -%}
(upper(substr({{ expression }}, 1, 1)) || lower(substr({{ expression }}, 2)))
{%- endmacro %}

{# The first letters of two names. #}
{% macro initials(first, last) %}
  {{ return(adapter.dispatch('initials', 'kitbag')(first, last)) }}
{% endmacro %}

{% macro default__initials(first, last) -%}
(upper(substr({{ first }}, 1, 1)) || upper(substr({{ last }}, 1, 1)))
{%- endmacro %}

{# What stands behind the @ of an address, in small letters. #}
{% macro email_domain(expression) %}
  {{ return(adapter.dispatch('email_domain', 'kitbag')(expression)) }}
{% endmacro %}

{% macro default__email_domain(expression) -%}
lower({{ kitbag.after(expression, '@') }})
{%- endmacro %}

{# What stands before the @ of an address, in small letters. #}
{% macro email_account(expression) %}
  {{ return(adapter.dispatch('email_account', 'kitbag')(expression)) }}
{% endmacro %}

{% macro default__email_account(expression) -%}
lower({{ kitbag.before(expression, '@') }})
{%- endmacro %}

{# A text without blanks, points, dashes, slashes, brackets and plus signs. #}
{% macro digits_only(expression) %}
  {{ return(adapter.dispatch('digits_only', 'kitbag')(expression)) }}
{% endmacro %}

{% macro default__digits_only(expression) -%}
{{ kitbag.remove_characters(expression, ' .-/()+') }}
{%- endmacro %}

{# Texts with a separator between, nulls left out. #}
{% macro joined(fields, separator=" ") %}
  {{ return(adapter.dispatch('joined', 'kitbag')(fields, separator)) }}
{% endmacro %}

{% macro default__joined(fields, separator) -%}
trim({% for field in fields %}coalesce({{ field }} || '{{ separator }}', ''){{ ' || ' if not loop.last }}{% endfor %}, '{{ separator }}')
{%- endmacro %}

{# `yes` or `no`. #}
{% macro yes_no(condition) %}
  {{ return(adapter.dispatch('yes_no', 'kitbag')(condition)) }}
{% endmacro %}

{% macro default__yes_no(condition) -%}
(case when {{ condition }} then 'yes' else 'no' end)
{%- endmacro %}

{# A literal. #}
{% macro quoted_text(value) %}
  {{ return(adapter.dispatch('quoted_text', 'kitbag')(value)) }}
{% endmacro %}

{% macro default__quoted_text(value) -%}
'{{ dbt.escape_single_quotes(value | string) }}'
{%- endmacro %}

{# Literals with commas between. #}
{% macro text_list(values) %}
  {{ return(adapter.dispatch('text_list', 'kitbag')(values)) }}
{% endmacro %}

{% macro default__text_list(values) -%}
{% for value in values %}{{ kitbag.quoted_text(value) }}{{ ', ' if not loop.last }}{% endfor %}
{%- endmacro %}

{# Whether two texts are the same but for case and blanks around. #}
{% macro same_text(one, other) %}
  {{ return(adapter.dispatch('same_text', 'kitbag')(one, other)) }}
{% endmacro %}

{% macro default__same_text(one, other) -%}
(lower(trim({{ one }})) = lower(trim({{ other }})))
{%- endmacro %}
