{# The default table under the engine's name, for the reason given in view.sql. #}

{% materialization table, adapter='sqlite' %}
  {{ return(dbt.materialization_table_default()) }}
{% endmaterialization %}
