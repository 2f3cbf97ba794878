select {{ var('id') }} as id, {{ var('value') }} as n {% if var('new') %}, 'm' as more{% endif %}
