{# Temporary tables on SQLite live in the schema `temp`, whatever the schema of the relation they serve; base_relation, suffix. #}

{% macro sqlite__make_temp_relation(base_relation, suffix) %}
  {{ return(base_relation.incorporate(path={"schema": "temp", "identifier": base_relation.identifier ~ suffix}, type='table')) }}
{% endmacro %}
