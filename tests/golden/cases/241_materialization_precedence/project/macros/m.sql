{% materialization table, default %}
  {%- set target_relation = this.incorporate(type='table') -%}
  {%- do adapter.drop_relation(load_relation(this)) if load_relation(this) -%}
  {% call statement('main') -%}
    create table {{ target_relation }} as select 'root default table' as made_by
  {%- endcall %}
  {%- do adapter.commit() -%}
  {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
{% materialization view, adapter='sqlite' %}
  {%- set target_relation = this.incorporate(type='table') -%}
  {%- do adapter.drop_relation(load_relation(this)) if load_relation(this) -%}
  {% call statement('main') -%}
    create table {{ target_relation }} as select 'root sqlite view' as made_by
  {%- endcall %}
  {%- do adapter.commit() -%}
  {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
{% materialization both, default %}
  {%- set target_relation = this.incorporate(type='table') -%}
  {%- do adapter.drop_relation(load_relation(this)) if load_relation(this) -%}
  {% call statement('main') -%}
    create table {{ target_relation }} as select 'root default both' as made_by
  {%- endcall %}
  {%- do adapter.commit() -%}
  {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
{% materialization from_two, default %}
  {%- set target_relation = this.incorporate(type='table') -%}
  {%- do adapter.drop_relation(load_relation(this)) if load_relation(this) -%}
  {% call statement('main') -%}
    create table {{ target_relation }} as select 'root default from_two' as made_by
  {%- endcall %}
  {%- do adapter.commit() -%}
  {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
