{# The newest accepted line of each key: what the key looks like today. Of two lines of one delivery the same one is kept
   every time. #}
{% macro newest_lines(staged, key) -%}
(
    select *
    from (
        select *, row_number() over (partition by {{ key }} order by loaded_at desc, delivered_line) as age
        from {{ staged }}
    ) as accepted
    where age = 1
) as newest
{%- endmacro %}
