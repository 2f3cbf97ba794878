{# Python around the code of a Python model, so that dbt.ref(), dbt.source(), dbt.config and dbt.this work in it; for engines that run Python. model; resolve_model_name(input_model_name) and py_script_comment() are for engines to override. #}

{% macro resolve_model_name(input_model_name) %}
    {{ return(adapter.dispatch('resolve_model_name', 'dbt')(input_model_name)) }}
{% endmacro %}

{%- macro default__resolve_model_name(input_model_name) -%}
    {{ input_model_name | string | replace('"', '\\"') }}
{%- endmacro -%}

{% macro build_ref_function(model) %}
    {%- set places = {} -%}
    {%- for one in model.refs -%}
        {%- set path = [one['package'], one['name']] if one.get('package') else [one['name']] -%}
        {%- set relation = ref(*path, v=one.get('version')) -%}
        {# Rendered, so that --empty and --sample do not apply; a project's own ref may return a text. #}
        {%- set relation = relation.render() if relation.render is defined else relation -%}
        {%- set path = path + ["v" ~ one['version']] if one.get('version') else path -%}
        {%- do places.update({path | join('.'): resolve_model_name(relation)}) -%}
    {%- endfor %}
def ref(*args, dbt_load_df_function, v=None, version=None):
    places = {{ places | tojson }}
    key = '.'.join(args)
    if v or version:
        key = f"{key}.v{v or version}"
    return dbt_load_df_function(places[key])
{% endmacro %}

{% macro build_source_function(model) %}
    {%- set places = {} -%}
    {%- for one in model.sources -%}
        {%- do places.update({one | join('.'): resolve_model_name(source(*one))}) -%}
    {%- endfor %}
def source(*args, dbt_load_df_function):
    places = {{ places | tojson }}
    return dbt_load_df_function(places['.'.join(args)])
{% endmacro %}

{% macro build_config_dict(model) %}
    {%- set values = {} -%}
    {%- for key, default in zip(model.config.config_keys_used or [], model.config.config_keys_defaults or []) -%}
        {%- do values.update({key: model.config.get(key, default)}) -%}
    {%- endfor -%}
    {%- set meta = model.config.meta or {} -%}
    {%- set meta_values = {} -%}
    {%- for key, default in zip(model.config.meta_keys_used or [], model.config.meta_keys_defaults or []) -%}
        {%- do meta_values.update({key: meta.get(key, default)}) -%}
    {%- endfor %}
config_dict = {{ values }}
meta_dict = {{ meta_values }}
{% endmacro %}

{% macro py_script_postfix(model) %}
# What follows connects the model above to the project.

{{ build_ref_function(model) }}
{{ build_source_function(model) }}
{{ build_config_dict(model) }}

class config:
    def __init__(self, *args, **kwargs):
        pass

    @staticmethod
    def get(key, default=None):
        return config_dict.get(key, default)

    @staticmethod
    def meta_get(key, default=None):
        return meta_dict.get(key, default)

class this:
    """The relation that the model writes."""
    database = "{{ this.database }}"
    schema = "{{ this.schema }}"
    identifier = "{{ this.identifier }}"

    def __repr__(self):
        return '{{ resolve_model_name(this) }}'

class dbtObj:
    def __init__(self, load_df_function) -> None:
        self.source = lambda *args: source(*args, dbt_load_df_function=load_df_function)
        self.ref = lambda *args, **kwargs: ref(*args, **kwargs, dbt_load_df_function=load_df_function)
        self.config = config
        self.this = this()
        self.is_incremental = {{ is_incremental() }}

{{ py_script_comment() }}
{% endmacro %}

{% macro py_script_comment() %}
{% endmacro %}
