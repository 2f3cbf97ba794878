{# The default view under the engine's name: dbt takes what is written for an engine before any default, a project's included, so a project replaces it under this name only. #}

{% materialization view, adapter='sqlite' %}
  {{ return(dbt.materialization_view_default()) }}
{% endmaterialization %}
