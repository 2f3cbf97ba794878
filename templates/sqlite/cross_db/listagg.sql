{# listagg on SQLite; measure, delimiter_text, order_by_clause, limit_num, which has no SQLite form inside an aggregate. #}

{% macro sqlite__listagg(measure, delimiter_text, order_by_clause, limit_num) -%}
    {%- if limit_num -%}
        {%- do exceptions.raise_compiler_error("listagg with limit_num is not supported on sqlite; number the rows with row_number() and aggregate the first " ~ limit_num) -%}
    {%- endif -%}
    group_concat({{ measure }}, {{ delimiter_text }}{{ (' ' ~ order_by_clause) if order_by_clause }})
{%- endmacro %}
