{# The distinct values of a column, asked of the database; the default while parsing. #}
{% macro column_values(relation, column, order_by=none, max_records=none, where=none, default=[]) %}
  {{ return(adapter.dispatch('column_values', 'kitbag')(relation, column, order_by, max_records, where, default)) }}
{% endmacro %}

{% macro default__column_values(relation, column, order_by, max_records, where, default) -%}
{%- if not execute -%}
{{ return(default) }}
{%- endif -%}
{%- call statement('kitbag_column_values', fetch_result=true) %}
select {{ column }} as value from {{ relation }}
{{ ('where ' ~ where) if where }}
group by {{ column }}
order by {{ order_by or 'count(*) desc, ' ~ column }}
{{ ('limit ' ~ max_records) if max_records }}
{%- endcall -%}
{%- set found = load_result('kitbag_column_values')['data'] | map('first') | list -%}
{{ return(found or default) }}
{%- endmacro %}

{# The first value of a query; the default while parsing and without rows. #}
{% macro single_value(sql, default=none) %}
  {{ return(adapter.dispatch('single_value', 'kitbag')(sql, default)) }}
{% endmacro %}

{% macro default__single_value(sql, default) -%}
{%- if not execute -%}
{{ return(default) }}
{%- endif -%}
{%- set rows = run_query(sql).rows -%}
{{ return(rows[0][0] if rows | length > 0 else default) }}
{%- endmacro %}

{# A query as a mapping from column to list of values. #}
{% macro query_as_dict(sql) %}
  {{ return(adapter.dispatch('query_as_dict', 'kitbag')(sql)) }}
{% endmacro %}

{% macro default__query_as_dict(sql) -%}
{%- if not execute -%}
{{ return({}) }}
{%- endif -%}
{%- set table = run_query(sql) -%}
{%- set columns = {} -%}
{%- for name in table.column_names -%}
{%- do columns.update({name: table.columns[name].values() | list}) -%}
{%- endfor -%}
{{ return(columns) }}
{%- endmacro %}

{# A query as a list of mappings. #}
{% macro query_as_rows(sql) %}
  {{ return(adapter.dispatch('query_as_rows', 'kitbag')(sql)) }}
{% endmacro %}

{% macro default__query_as_rows(sql) -%}
{%- set rows = [] -%}
{%- if execute -%}
{%- for row in run_query(sql) -%}
{%- set one = {} -%}
{%- for name, value in row.items() -%}
{%- do one.update({name: value}) -%}
{%- endfor -%}
{%- do rows.append(one) -%}
{%- endfor -%}
{%- endif -%}
{{ return(rows) }}
{%- endmacro %}

{# How many rows a relation has. #}
{% macro row_count(relation, where=none) %}
  {{ return(adapter.dispatch('row_count', 'kitbag')(relation, where)) }}
{% endmacro %}

{% macro default__row_count(relation, where) -%}
{{ return(kitbag.single_value('select count(*) from ' ~ relation ~ (' where ' ~ where if where else ''), 0)) }}
{%- endmacro %}

{# The largest value of a column. #}
{% macro largest_value(relation, column) %}
  {{ return(adapter.dispatch('largest_value', 'kitbag')(relation, column)) }}
{% endmacro %}

{% macro default__largest_value(relation, column) -%}
{{ return(kitbag.single_value('select max(' ~ column ~ ') from ' ~ relation)) }}
{%- endmacro %}

{# Whether a relation has a row. #}
{% macro has_rows(relation) %}
  {{ return(adapter.dispatch('has_rows', 'kitbag')(relation)) }}
{% endmacro %}

{% macro default__has_rows(relation) -%}
{{ return(kitbag.row_count(relation) > 0) }}
{%- endmacro %}

{# Whether a relation has a column. #}
{% macro has_column(relation, name) %}
  {{ return(adapter.dispatch('has_column', 'kitbag')(relation, name)) }}
{% endmacro %}

{% macro default__has_column(relation, name) -%}
{{ return(name | lower in kitbag.column_names(relation) | map('lower') | list) }}
{%- endmacro %}

{# The names of the models with a tag. #}
{% macro models_with_tag(tag) %}
  {{ return(adapter.dispatch('models_with_tag', 'kitbag')(tag)) }}
{% endmacro %}

{% macro default__models_with_tag(tag) -%}
{%- set names = [] -%}
{%- if execute -%}
{%- for node in graph.nodes.values() if node.resource_type == 'model' and tag in node.tags -%}
{%- do names.append(node.name) -%}
{%- endfor -%}
{%- endif -%}
{{ return(names | sort) }}
{%- endmacro %}

{# The names of the nodes that a node reads. #}
{% macro upstream_names(node) %}
  {{ return(adapter.dispatch('upstream_names', 'kitbag')(node)) }}
{% endmacro %}

{% macro default__upstream_names(node) -%}
{%- set names = [] -%}
{%- for id in node.depends_on.nodes -%}
{%- do names.append(id.split('.')[-1]) -%}
{%- endfor -%}
{{ return(names | unique | list) }}
{%- endmacro %}
