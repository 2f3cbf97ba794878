{# Fails for values outside low and high, both of which belong to the range; either may be left out. #}
{% test between(model, column_name, low=none, high=none) %}

select *
from {{ model }}
where false
    {%- if low is not none %}
    or {{ column_name }} < {{ low }}
    {%- endif %}
    {%- if high is not none %}
    or {{ column_name }} > {{ high }}
    {%- endif %}

{% endtest %}
