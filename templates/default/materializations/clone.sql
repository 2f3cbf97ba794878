{# Points to a node's relation of an earlier state: a copy where the engine clones tables, a view otherwise. Helpers can_clone_table and create_or_replace_clone(this_relation, defer_relation) are for engines to override. #}

{% materialization clone, default %}
  {%- if not defer_relation -%}
    {%- do log("no relation to clone for " ~ model.unique_id, info=True) -%}
    {{ return({'relations': []}) }}
  {%- endif -%}

  {%- if this.render() == defer_relation.render() -%}
    {%- do log("skipping clone for relation " ~ this ~ ": it is where it is cloned from") -%}
    {{ return({'relations': []}) }}
  {%- endif -%}

  {%- set existing_relation = load_cached_relation(this) -%}
  {%- if existing_relation and not flags.FULL_REFRESH -%}
    {%- do log("relation " ~ existing_relation ~ " already exists", info=True) -%}
    {{ return({'relations': []}) }}
  {%- endif -%}

  {%- set origin = load_cached_relation(defer_relation) -%}
  {%- if not (origin and origin.type == 'table' and can_clone_table()) -%}
    {%- set view_macro = context.get("materialization_view_" ~ adapter.type()) or context["materialization_view_default"] -%}
    {{ return(view_macro()) }}
  {%- endif -%}

  {%- set target_relation = this.incorporate(type='table') -%}
  {%- if existing_relation is not none and not existing_relation.is_table -%}
    {%- do drop_relation_if_exists(existing_relation) -%}
  {%- endif -%}
  {% call statement('main') %}
    {{ create_or_replace_clone(target_relation, defer_relation) }}
  {% endcall %}
  {% do apply_grants(target_relation, config.get('grants'), should_revoke=should_revoke(existing_relation, full_refresh_mode=True)) %}
  {% do persist_docs(target_relation, model) %}
  {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{% macro can_clone_table() %}
    {{ return(adapter.dispatch('can_clone_table', 'dbt')()) }}
{% endmacro %}

{% macro default__can_clone_table() %}
    {{ return(False) }}
{% endmacro %}

{% macro create_or_replace_clone(this_relation, defer_relation) %}
    {{ return(adapter.dispatch('create_or_replace_clone', 'dbt')(this_relation, defer_relation)) }}
{% endmacro %}

{% macro default__create_or_replace_clone(this_relation, defer_relation) %}
    create or replace table {{ this_relation.render() }} clone {{ defer_relation.render() }}
{% endmacro %}
