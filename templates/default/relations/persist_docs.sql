{# Writes descriptions into the database where config `persist_docs` asks for it; relation, model, for_relation, for_columns. Engines override alter_relation_comment and alter_column_comment. #}

{% macro persist_docs(relation, model, for_relation=true, for_columns=true) -%}
  {{ return(adapter.dispatch('persist_docs', 'dbt')(relation, model, for_relation, for_columns)) }}
{% endmacro %}

{% macro default__persist_docs(relation, model, for_relation, for_columns) -%}
  {% if for_relation and config.persist_relation_docs() and model.description %}
    {% do run_query(alter_relation_comment(relation, model.description)) %}
  {% endif %}
  {% if for_columns and config.persist_column_docs() and model.columns %}
    {% set present = adapter.get_columns_in_relation(relation) | map(attribute='name') | list %}
    {% set comment_sql = alter_column_comment(relation, validate_doc_columns(relation, model.columns, present)) %}
    {% if comment_sql and comment_sql | trim %}
      {% do run_query(comment_sql) %}
    {% endif %}
  {% endif %}
{% endmacro %}

{% macro alter_relation_comment(relation, relation_comment) -%}
  {{ return(adapter.dispatch('alter_relation_comment', 'dbt')(relation, relation_comment)) }}
{% endmacro %}

{% macro default__alter_relation_comment(relation, relation_comment) -%}
  {% do exceptions.raise_not_implemented('`alter_relation_comment` is not implemented on ' ~ adapter.type()) %}
{% endmacro %}

{% macro alter_column_comment(relation, column_dict) -%}
  {{ return(adapter.dispatch('alter_column_comment', 'dbt')(relation, column_dict)) }}
{% endmacro %}

{% macro default__alter_column_comment(relation, column_dict) -%}
  {% do exceptions.raise_not_implemented('`alter_column_comment` is not implemented on ' ~ adapter.type()) %}
{% endmacro %}

{% macro validate_doc_columns(relation, column_dict, existing_column_names) %}
  {% set folded = existing_column_names | map('lower') | list %}
  {% set kept = {} %}
  {% set absent = [] %}
  {% for name in column_dict %}
    {% if name in existing_column_names or (not column_dict[name]['quote'] and name | lower in folded) %}
      {% do kept.update({name: column_dict[name]}) %}
    {% else %}
      {% do absent.append(name) %}
    {% endif %}
  {% endfor %}
  {% if absent %}
    {% do exceptions.warn("documented columns that " ~ relation.render() ~ " does not have: " ~ (absent | join(', '))) %}
  {% endif %}
  {{ return(kept) }}
{% endmacro %}
