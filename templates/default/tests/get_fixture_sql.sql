{# The rows of a unit test as a query: get_fixture_sql(rows, column_name_to_data_types) for an input, whose missing columns are null, get_expected_sql(rows, column_name_to_data_types, column_name_to_quoted) for the output. Engines refuse rows in validate_fixture_rows. #}

{% macro get_fixture_sql(rows, column_name_to_data_types) %}
-- Fixture for {{ model.name }}
{% set types = column_name_to_data_types or {} %}
{%- set quoted = {} -%}
{%- if not types -%}
    {%- set read_from = defer_relation if defer_relation and not load_relation(this) else this -%}
    {%- for column in adapter.get_columns_in_relation(read_from) -%}
        {%- do types.update({column.name | lower: column.data_type}) -%}
        {%- do quoted.update({column.name | lower: column.quoted}) -%}
    {%- endfor -%}
{%- endif -%}
{%- if not types -%}
    {%- do exceptions.raise_compiler_error("the unit test needs the columns of " ~ this ~ " for the fixture '" ~ model.name ~ "', but that relation does not exist") -%}
{%- endif -%}

{%- set empty_row = {} -%}
{%- for name, type in types.items() -%}
    {%- do empty_row.update({name: safe_cast("null", type) | trim}) -%}
{%- endfor -%}

{{ validate_fixture_rows(rows, row_number) }}

{%- for row in rows -%}
{%- set values = empty_row.copy() -%}
{%- do values.update(format_row(row, types)) -%}
select
{%- for name, value in values.items() %} {{ value }} as {{ quoted[name] }}{{ "," if not loop.last }}
{%- endfor %}
{%- if not loop.last %}
union all
{%    endif %}
{%- endfor -%}

{%- if rows | length == 0 -%}
    select
    {%- for name, value in empty_row.items() %} {{ value }} as {{ quoted[name] }}{{ "," if not loop.last }}
    {%- endfor %}
    limit 0
{%- endif -%}
{% endmacro %}

{% macro get_expected_sql(rows, column_name_to_data_types, column_name_to_quoted) %}

{%- if rows | length == 0 -%}
    select * from dbt_internal_unit_test_actual
    limit 0
{%- endif -%}
{%- for row in rows -%}
select
{%- for name, value in format_row(row, column_name_to_data_types).items() %} {{ value }} as {{ column_name_to_quoted[name] }}{{ "," if not loop.last }}
{%- endfor %}
{%- if not loop.last %}
union all
{% endif %}
{%- endfor -%}

{% endmacro %}

{% macro format_row(row, column_name_to_data_types) %}
    {%- set cells = {} -%}
    {%- for given_name, value in row.items() -%}
        {%- set name = given_name | lower -%}
        {%- if name not in column_name_to_data_types -%}
            {%- set place = "the expected output" if model.resource_type == 'unit_test' else "'" ~ model.name ~ "'" -%}
            {%- do exceptions.raise_compiler_error("Invalid column name: '" ~ name ~ "' in unit test fixture for " ~ place ~ ".\nAccepted columns are: " ~ (column_name_to_data_types.keys() | list)) -%}
        {%- endif -%}
        {%- set type = column_name_to_data_types[name] -%}
        {%- if value is string -%}
            {#- A length such as varchar(3) would cut the expected text and hide a difference. -#}
            {%- set type = type.split('(')[0] if 'varying' in type else type -%}
            {%- set literal = dbt.string_literal(dbt.escape_single_quotes(value)) -%}
        {%- else -%}
            {%- set literal = 'null' if value is none else value -%}
        {%- endif -%}
        {%- do cells.update({name: safe_cast(literal, type)}) -%}
    {%- endfor -%}
    {{ return(cells) }}
{% endmacro %}

{% macro validate_fixture_rows(rows, row_number) %}
  {{- return(adapter.dispatch('validate_fixture_rows', 'dbt')(rows, row_number)) -}}
{% endmacro %}

{% macro default__validate_fixture_rows(rows, row_number) -%}
{%- endmacro %}
