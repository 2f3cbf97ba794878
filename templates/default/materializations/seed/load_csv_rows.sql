{# Inserts a seed's rows in batches and returns the first statement; model, agate_table. Engines with a bulk path override it, or only get_binding_char() and get_batch_size(). #}

{% macro load_csv_rows(model, agate_table) -%}
  {{ adapter.dispatch('load_csv_rows', 'dbt')(model, agate_table) }}
{%- endmacro %}

{% macro default__load_csv_rows(model, agate_table) %}
  {% set columns = get_seed_column_quoted_csv(model, agate_table.column_names) %}
  {% set marks = [] %}
  {% for _ in agate_table.column_names %}
    {% do marks.append(get_binding_char()) %}
  {% endfor %}
  {% set row_marks = '(' ~ (marks | join(',')) ~ ')' %}
  {% set executed = [] %}
  {% for chunk in agate_table.rows | batch(get_batch_size()) %}
    {% set bindings = [] %}
    {% set tuples = [] %}
    {% for row in chunk %}
      {% do bindings.extend(row) %}
      {% do tuples.append(row_marks) %}
    {% endfor %}
    {% set sql = 'insert into ' ~ this.render() ~ ' (' ~ columns ~ ') values ' ~ (tuples | join(',')) %}
    {% do adapter.add_query(sql, bindings=bindings, abridge_sql_log=True) %}
    {% do executed.append(sql) %}
  {% endfor %}
  {{ return(executed[0]) }}
{% endmacro %}

{% macro get_binding_char() -%}
  {{ adapter.dispatch('get_binding_char', 'dbt')() }}
{%- endmacro %}

{% macro default__get_binding_char() %}
  {{ return('%s') }}
{% endmacro %}

{% macro get_batch_size() -%}
  {{ return(adapter.dispatch('get_batch_size', 'dbt')()) }}
{%- endmacro %}

{% macro default__get_batch_size() %}
  {{ return(10000) }}
{% endmacro %}
