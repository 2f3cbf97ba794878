{# Fails for every version that ends before it begins, or after the next one of its key has begun. #}
{% test no_overlap(model, key) %}

select *
from (
    select
        {{ key }},
        dbt_valid_from,
        dbt_valid_to,
        lead(dbt_valid_from) over (
            partition by {{ key }} order by dbt_valid_from, coalesce(dbt_valid_to, '9999')
        ) as next_valid_from
    from {{ model }}
) as versions
where dbt_valid_to < dbt_valid_from
    or next_valid_from < coalesce(dbt_valid_to, '9999')

{% endtest %}
