{% macro show_args(day, names, map, n, flag) %}
{% do print('day ' ~ day.day ~ ' ' ~ day) %}{% do print('names ' ~ names ~ ' ' ~ names | length) %}{% do print('map ' ~ map.x) %}{% do print('n ' ~ n) %}{% do print('flag ' ~ flag) %}
{% endmacro %}
{% macro make() %}
{% do run_query('create table made as select 1 as a') %}
{% call statement('more', auto_begin=false) %}create table main.more as select a + 1 as b from made{% endcall %}
{% set rows = run_query('select b from more') %}
{% do run_query('create table main.seen as select ' ~ rows.rows[0].b ~ ' as c') %}
{% endmacro %}
{% macro where_am_i() %}
{% do print('execute ' ~ execute ~ ' ' ~ flags.WHICH) %}{% do print('this ' ~ (this is defined)) %}{% do print('model ' ~ model.name) %}
{% for node in graph.nodes.values() | selectattr('resource_type', 'equalto', 'model') %}{% do print('node ' ~ node.unique_id) %}{% endfor %}
{% do print('ref ' ~ ref('a')) %}{% do print('target ' ~ target.schema) %}{% do print('place ' ~ database ~ ' ' ~ schema) %}
{% endmacro %}
{% macro fails() %}{% do run_query('select * from nowhere') %}{% endmacro %}
{% macro describe() %}{% if execute %}{{ 'table ' ~ run_query('select 1 as a').rows[0].a }}{% endif %}{% endmacro %}
