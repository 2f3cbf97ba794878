{# The relation of a model's quarantined rows, for models and tests that read it; the same arguments as ref. It is there once the model was built with an expectation that says `on_violation: quarantine`. #}

{% macro quarantine_of() %}
  {%- set relation = ref(*varargs, **kwargs) -%}
  {{ return(relation.incorporate(path={"identifier": relation.identifier ~ "__quarantine"})) }}
{% endmacro %}
