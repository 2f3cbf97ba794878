{# Makes an existing seed table ready to be filled and returns the SQL; model, full_refresh, old_relation, agate_table. A table whose shape no longer fits the file is recreated: engines say what fits in seed_shape_changed(model, old_relation, agate_table). #}

{% macro reset_csv_table(model, full_refresh, old_relation, agate_table) -%}
  {{ adapter.dispatch('reset_csv_table', 'dbt')(model, full_refresh, old_relation, agate_table) }}
{%- endmacro %}

{% macro default__reset_csv_table(model, full_refresh, old_relation, agate_table) %}
  {% if full_refresh or seed_shape_changed(model, old_relation, agate_table) %}
    {% do adapter.drop_relation(old_relation) %}
    {{ return(create_csv_table(model, agate_table)) }}
  {% endif %}
  {% do adapter.truncate_relation(old_relation) %}
  {{ return("truncate table " ~ old_relation.render()) }}
{% endmacro %}

{% macro seed_shape_changed(model, old_relation, agate_table) %}
  {{ return(adapter.dispatch('seed_shape_changed', 'dbt')(model, old_relation, agate_table)) }}
{% endmacro %}

{% macro default__seed_shape_changed(model, old_relation, agate_table) %}
  {% set had = adapter.get_columns_in_relation(old_relation) | map(attribute='name') | map('lower') | list %}
  {% set has = agate_table.column_names | map('lower') | list %}
  {{ return(had != has) }}
{% endmacro %}
