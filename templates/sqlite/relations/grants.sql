{# SQLite has no privileges and no comments: configs `grants` and `persist_docs` change nothing. #}

{% macro sqlite__apply_grants(relation, grant_config, should_revoke=True) %}
{% endmacro %}

{% macro sqlite__persist_docs(relation, model, for_relation, for_columns) %}
{% endmacro %}

{% macro sqlite__alter_relation_comment(relation, relation_comment) %}
{% endmacro %}

{% macro sqlite__alter_column_comment(relation, column_dict) %}
{% endmacro %}
