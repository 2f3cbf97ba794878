select 1 as id {% if var('bad') %} union all select 1 {% endif %}
