{# The newest accepted line of each key: what the key looks like today. #}
{% macro newest_lines(staged, key) -%}
(
    select *
    from (
        select *, row_number() over (partition by {{ key }} order by loaded_at desc) as age
        from {{ staged }}
    ) as accepted
    where age = 1
) as newest
{%- endmacro %}
