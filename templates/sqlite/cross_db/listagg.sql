{# listagg on SQLite, whose group_concat takes neither a delimiter with `distinct` nor a limit: both go through an array; measure, delimiter_text, order_by_clause, limit_num. #}

{% macro sqlite__listagg(measure, delimiter_text, order_by_clause, limit_num) -%}
    {%- set text = measure | string | trim -%}
    {%- set is_distinct = (text | lower).startswith('distinct ') -%}
    {%- set order = (' ' ~ order_by_clause) if order_by_clause else '' -%}
    {%- if is_distinct or limit_num -%}
    {%- set value = text[9:] if is_distinct else text -%}
    (select group_concat(value, {{ delimiter_text }}) from json_each(json_group_array({{ text }}{{ order }}) filter (where {{ value }} is not null)){{ (' where key < ' ~ limit_num) if limit_num }})
    {%- else -%}
    group_concat({{ measure }}, {{ delimiter_text }}{{ order }})
    {%- endif -%}
{%- endmacro %}
