{# Counts the failing rows of a test, which is first saved as a relation when it stores failures; the result `main` has failures, should_warn and should_error. #}

{% materialization test, default %}
  {% set relations = [] %}
  {% set sql_header = config.get('sql_header') if flags.REQUIRE_SQL_HEADER_IN_TEST_CONFIGS else none %}

  {% set failing_rows %}
    {{ get_limit_subquery_sql(sql, config.get('limit')) }}
  {% endset %}

  {% if should_store_failures() %}
    {% set kind = config.get('store_failures_as') or 'table' %}
    {% if kind not in ['table', 'view'] %}
      {% do exceptions.raise_compiler_error("`store_failures_as`: '" ~ kind ~ "' is not a valid value. Accepted values are: ['ephemeral', 'table', 'view']") %}
    {% endif %}
    {% set identifier = model['alias'] %}
    {% set stored = api.Relation.create(database=database, schema=schema, identifier=identifier, type=kind) %}

    {% do drop_relation_if_exists(adapter.get_relation(database=database, schema=schema, identifier=identifier)) %}
    {% call statement(auto_begin=True) %}
      {% if sql_header %}{{ sql_header }}{% endif %}
      {{ get_create_sql(stored, failing_rows) }}
    {% endcall %}
    {% do relations.append(stored) %}

    {% set failing_rows %}
      select * from {{ stored }}
    {% endset %}
    {% do adapter.commit() %}
  {% endif %}

  {% call statement('main', fetch_result=True) -%}
    {% if sql_header %}{{ sql_header }}{% endif %}
    {{ get_test_sql(failing_rows, config.get('fail_calc'), config.get('warn_if'), config.get('error_if'), limit=none) }}
  {%- endcall %}

  {{ return({'relations': relations}) }}
{% endmaterialization %}
