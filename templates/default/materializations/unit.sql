{# Runs a unit test: the model over its fixtures beside the expected rows, as the result `main`, which the caller compares. #}

{% materialization unit, default %}
  {% set sql_header = config.get('sql_header') if flags.REQUIRE_SQL_HEADER_IN_TEST_CONFIGS else none %}
  {% set expected_rows = config.get('expected_rows') %}
  {% set expected_sql = config.get('expected_sql') %}
  {% set compared = expected_rows[0].keys() if expected_rows | length > 0 else get_columns_in_query(sql) %}

  {% set shape = make_temp_relation(this.incorporate(type='table')) %}
  {% do run_query(get_create_table_as_sql(True, shape, get_empty_subquery_sql(sql))) %}
  {% set types = {} %}
  {% set quoted = {} %}
  {% for column in adapter.get_columns_in_relation(shape) %}
    {% do types.update({column.name | lower: column.data_type}) %}
    {% do quoted.update({column.name | lower: column.quoted}) %}
  {% endfor %}

  {% set compared_quoted = [] %}
  {% for name in compared %}
    {% do compared_quoted.append(quoted[name | lower]) %}
  {% endfor %}
  {% if not expected_sql %}
    {% set expected_sql = get_expected_sql(expected_rows, types, quoted) %}
  {% endif %}

  {% call statement('main', fetch_result=True) -%}
    {% if sql_header %}{{ sql_header }}{% endif %}
    {{ get_unit_test_sql(sql, expected_sql, compared_quoted) }}
  {%- endcall %}

  {% do adapter.drop_relation(shape) %}
  {{ return({'relations': []}) }}
{% endmaterialization %}
