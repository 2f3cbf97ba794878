{# Fails when the table does not hold as many lines as the delivered file. #}
{% test delivered_in_full(model, file) %}

select loaded.lines, delivered.lines as expected_lines
from (select count(*) as lines from {{ model }}) as loaded
cross join (select count(*) as lines from {{ file }}) as delivered
where loaded.lines <> delivered.lines

{% endtest %}
