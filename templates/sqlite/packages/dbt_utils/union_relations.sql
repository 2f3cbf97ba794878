{# dbt_utils.union_relations on SQLite, which takes no parentheses around the parts of a union and no cast to an undeclared type; relations, column_override, include, exclude, source_column_name, where. Overridden by `sqlite__union_relations` in the root project. #}

{% macro sqlite__dbt_utils__union_relations(relations, column_override=none, include=[], exclude=[], source_column_name='_dbt_source_relation', where=none) -%}
  {%- if include and exclude -%}
    {%- do exceptions.raise_compiler_error("union_relations takes `include` or `exclude`, not both") -%}
  {%- endif -%}
  {%- if not execute -%}
    {{ return('') }}
  {%- endif -%}
  {%- set wanted = include | map('lower') | list -%}
  {%- set unwanted = exclude | map('lower') | list -%}
  {%- set overrides = column_override or {} -%}
  {%- set all_columns = {} -%}
  {%- set names_by_relation = [] -%}
  {%- for relation in relations -%}
    {%- set names = [] -%}
    {%- for column in adapter.get_columns_in_relation(relation) -%}
      {%- set name = column.name | lower -%}
      {%- if name not in unwanted and (not wanted or name in wanted) -%}
        {%- do names.append(name) -%}
        {%- if name not in all_columns or all_columns[name].data_type | lower in ['', 'unknown'] -%}
          {%- do all_columns.update({name: column}) -%}
        {%- endif -%}
      {%- endif -%}
    {%- endfor -%}
    {%- do names_by_relation.append(names) -%}
  {%- endfor -%}
  {%- if (wanted or unwanted) and not all_columns and flags.WHICH in ['run', 'build'] -%}
    {%- do exceptions.raise_compiler_error("union_relations found no columns in " ~ relations | map(attribute='identifier') | join(', ')) -%}
  {%- endif -%}
  {%- for relation in relations %}
    {%- set names = names_by_relation[loop.index0] -%}
    {%- set parts = [] -%}
    {%- if source_column_name is not none -%}
      {%- do parts.append("cast(" ~ dbt.string_literal(relation) ~ " as " ~ dbt.type_string() ~ ") as " ~ source_column_name) -%}
    {%- endif -%}
    {%- for name, column in all_columns.items() -%}
      {%- set value = column.quoted if name in names else 'null' -%}
      {%- set type = overrides.get(column.name, column.data_type) -%}
      {%- do parts.append((dbt.cast(value, type) | trim) ~ " as " ~ column.quoted) -%}
    {%- endfor %}
select
    {{ parts | join(',\n    ') or '*' }}
from {{ relation }}
{%- if where %}
where {{ where }}
{%- endif %}
{%- if not loop.last %}
union all
{%- endif %}
  {%- endfor %}
{%- endmacro %}
