{# Fails for every key that has more than one current version; one that is gone has none. #}
{% test one_current_version(model, key) %}

select {{ key }}, count(*) as versions
from {{ model }}
group by {{ key }}
having sum(case when dbt_valid_to is null then 1 else 0 end) > 1

{% endtest %}
