{# One part of a delimited text, counted from 1, from the end when negative; string_text, delimiter_text, part_number. _split_part_negative is for engines whose split_part counts forward only. #}

{% macro split_part(string_text, delimiter_text, part_number) %}
  {{ return(adapter.dispatch('split_part', 'dbt')(string_text, delimiter_text, part_number)) }}
{% endmacro %}

{% macro default__split_part(string_text, delimiter_text, part_number) %}

    split_part(
        {{ string_text }},
        {{ delimiter_text }},
        {{ part_number }}
        )

{% endmacro %}

{% macro _split_part_negative(string_text, delimiter_text, part_number) %}
    {%- set delimiters = "length(" ~ string_text ~ ") - length(replace(" ~ string_text ~ ", " ~ delimiter_text ~ ", ''))" %}

    split_part(
        {{ string_text }},
        {{ delimiter_text }},
        {{ delimiters }} + 2 + {{ part_number }}
        )

{% endmacro %}
