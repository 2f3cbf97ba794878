{% materialization table, adapter='sqlite' %}
  {%- set target_relation = this.incorporate(type='table') -%}
  {%- do adapter.drop_relation(load_relation(this)) if load_relation(this) -%}
  {% call statement('main') -%}
    create table {{ target_relation }} as select 'pk sqlite table' as made_by
  {%- endcall %}
  {%- do adapter.commit() -%}
  {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
{% materialization incremental, default %}
  {%- set target_relation = this.incorporate(type='table') -%}
  {%- do adapter.drop_relation(load_relation(this)) if load_relation(this) -%}
  {% call statement('main') -%}
    create table {{ target_relation }} as select 'pk default incremental' as made_by
  {%- endcall %}
  {%- do adapter.commit() -%}
  {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
{% materialization both, adapter='sqlite' %}
  {%- set target_relation = this.incorporate(type='table') -%}
  {%- do adapter.drop_relation(load_relation(this)) if load_relation(this) -%}
  {% call statement('main') -%}
    create table {{ target_relation }} as select 'pk sqlite both' as made_by
  {%- endcall %}
  {%- do adapter.commit() -%}
  {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
{% materialization from_two, default %}
  {%- set target_relation = this.incorporate(type='table') -%}
  {%- do adapter.drop_relation(load_relation(this)) if load_relation(this) -%}
  {% call statement('main') -%}
    create table {{ target_relation }} as select 'pk default from_two' as made_by
  {%- endcall %}
  {%- do adapter.commit() -%}
  {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
{% materialization only_pk, default %}
  {%- set target_relation = this.incorporate(type='table') -%}
  {%- do adapter.drop_relation(load_relation(this)) if load_relation(this) -%}
  {% call statement('main') -%}
    create table {{ target_relation }} as select 'pk default only_pk' as made_by
  {%- endcall %}
  {%- do adapter.commit() -%}
  {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
