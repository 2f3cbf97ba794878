{% macro at_end(results) %}
{% for r in results %}
{% do print('@' ~ r.node.unique_id ~ ' ' ~ r.status ~ ' ' ~ (r.message if r.status == 'success' else '') ~ ' ' ~ r.failures) %}
{% if r.status == 'fail' %}{% do print('@' ~ r.node.unique_id ~ ' ' ~ r.status ~ ' ' ~ r.failures ~ ' ' ~ r.to_dict()['failures'] ~ ' ' ~ (r.to_dict().keys() | list | length > 5)) %}{% endif %}
{% if r.node.resource_type == 'model' and r.status == 'success' %}
create table main.ended as select '{{ r.node.name }}' as name, '{{ r.status }}' as status, '{{ r.adapter_response._message }}' as message,
 '{{ r.node.config.materialized }}' as materialized, '{{ r.timing | map(attribute="name") | join(",") }}' as timing,
 '{{ r.timing[0].started_at.year > 2000 }}' as started, '{{ r.execution_time is number }}' as seconds, '{{ r.node.alias }}' as alias
{% endif %}
{% endfor %}
{% do print('@schemas ' ~ (schemas | select('equalto', 'main') | join(',')) ~ ' ' ~ (database_schemas | length > 0)) %}
{% endmacro %}
