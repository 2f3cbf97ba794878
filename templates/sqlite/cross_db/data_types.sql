{# Types on SQLite: a timestamp is text in ISO form, and a cast to any name that is no storage class gives a number. #}

{% macro sqlite__type_timestamp() -%}
  {{ return(api.Column.translate_type('string')) }}
{%- endmacro %}
