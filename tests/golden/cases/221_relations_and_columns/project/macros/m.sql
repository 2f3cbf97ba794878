{% macro q(sql) %}{{ return(run_query(sql)) }}{% endmacro %}
{% macro t() %}{{ return(run_query("select 1 as id, 'x' as name, 2.5 as amount, null as nil, '2020-01-01' as d union all select 2, 'y', 3, null, '2020-01-02' union all select 3, null, null, null, null")) }}{% endmacro %}
{% macro default__hey(a) %}hey {{ a }}{% endmacro %}
