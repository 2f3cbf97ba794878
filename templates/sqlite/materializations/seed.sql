{# Seeds on SQLite: rows go through one prepared statement, and a table whose declared types differ is recreated, because its affinity would rewrite values (`007` becomes 7 in an INT column). #}

{% macro sqlite__load_csv_rows(model, agate_table) %}
  {% do adapter.load_rows(this, agate_table, model['config'].get('column_types') or {}) %}
  {% set marks = [] %}
  {% for _ in agate_table.column_names %}
    {% do marks.append(get_binding_char()) %}
  {% endfor %}
  {{ return('insert into ' ~ this.render() ~ ' (' ~ get_seed_column_quoted_csv(model, agate_table.column_names) ~ ') values (' ~ (marks | join(', ')) ~ ')') }}
{% endmacro %}

{% macro sqlite__get_binding_char() %}
  {{ return('?') }}
{% endmacro %}

{% macro sqlite__seed_shape_changed(model, old_relation, agate_table) %}
  {% if default__seed_shape_changed(model, old_relation, agate_table) %}
    {{ return(true) }}
  {% endif %}
  {% set had = adapter.get_columns_in_relation(old_relation) | map(attribute='dtype') | map('lower') | list %}
  {{ return(had != seed_column_types(model, agate_table) | map('lower') | list) }}
{% endmacro %}
