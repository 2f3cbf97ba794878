{# A model as a table: the old relation of whatever kind is dropped and the table filled under the same name, in the node's transaction. #}

{% materialization table, default %}
  {%- set existing_relation = load_cached_relation(this) -%}
  {%- set target_relation = this.incorporate(type='table') -%}

  {{ run_hooks(pre_hooks, inside_transaction=False) }}
  {{ run_hooks(pre_hooks, inside_transaction=True) }}

  {% set sql = stage_self_reference(existing_relation, sql) %}
  {% do drop_relation_if_exists(existing_relation) %}
  {% call statement('main') -%}
    {{ get_create_table_as_sql(False, target_relation, sql) }}
  {%- endcall %}
  {% do create_indexes(target_relation) %}

  {{ run_hooks(post_hooks, inside_transaction=True) }}

  {% do apply_grants(target_relation, config.get('grants'), should_revoke=should_revoke(existing_relation, full_refresh_mode=True)) %}
  {% do persist_docs(target_relation, model) %}

  {% do adapter.commit() %}
  {{ run_hooks(post_hooks, inside_transaction=False) }}

  {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{# A query that reads the relation it replaces is run before that is dropped, into a temporary table; returns the query to build from. #}
{% macro stage_self_reference(existing_relation, sql) %}
  {% if existing_relation is none or this.render() not in sql %}
    {{ return(sql) }}
  {% endif %}
  {% set staged = make_temp_relation(this.incorporate(type='table'), '__dbt_self') %}
  {% do run_query(get_drop_sql(staged)) %}
  {% do run_query(get_create_table_as_sql(True, staged, sql)) %}
  {{ return('select * from ' ~ staged) }}
{% endmacro %}
