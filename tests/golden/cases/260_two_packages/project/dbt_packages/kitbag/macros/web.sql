{# An address without `https://`. #}
{% macro url_without_protocol(url) %}
  {{ return(adapter.dispatch('url_without_protocol', 'kitbag')(url)) }}
{% endmacro %}

{% macro default__url_without_protocol(url) -%}
replace(replace({{ url }}, 'https://', ''), 'http://', '')
{%- endmacro %}

{# The host of an address, without `www.` and port. #}
{% macro url_host(url) %}
  {{ return(adapter.dispatch('url_host', 'kitbag')(url)) }}
{% endmacro %}

{% macro default__url_host(url) -%}
{{ kitbag.before(kitbag.before(kitbag.before('replace(' ~ kitbag.url_without_protocol(url) ~ ", 'www.', '')", '/'), '?'), ':') }}
{%- endmacro %}

{# The path of an address, without the query. #}
{% macro url_path(url) %}
  {{ return(adapter.dispatch('url_path', 'kitbag')(url)) }}
{% endmacro %}

{% macro default__url_path(url) -%}
{{ kitbag.before(kitbag.after(kitbag.url_without_protocol(url), '/'), '?') }}
{%- endmacro %}

{# The query of an address. #}
{% macro url_query(url) %}
  {{ return(adapter.dispatch('url_query', 'kitbag')(url)) }}
{% endmacro %}

{% macro default__url_query(url) -%}
{{ kitbag.before(kitbag.after(url, '?'), '#') }}
{%- endmacro %}

{# The value of a parameter of an address. #}
{% macro url_parameter(url, name) %}
  {{ return(adapter.dispatch('url_parameter', 'kitbag')(url, name)) }}
{% endmacro %}

{% macro default__url_parameter(url, name) -%}
nullif({{ kitbag.before(kitbag.after(url, name ~ '='), '&') }}, '')
{%- endmacro %}

{# What stands behind the # of an address. #}
{% macro url_fragment(url) %}
  {{ return(adapter.dispatch('url_fragment', 'kitbag')(url)) }}
{% endmacro %}

{% macro default__url_fragment(url) -%}
{{ kitbag.after(url, '#') }}
{%- endmacro %}

{# Whether an address begins with https. #}
{% macro url_is_secure(url) %}
  {{ return(adapter.dispatch('url_is_secure', 'kitbag')(url)) }}
{% endmacro %}

{% macro default__url_is_secure(url) -%}
{{ kitbag.text_starts_with(url, 'https://') }}
{%- endmacro %}

{# The columns of a campaign. #}
{% macro utm_fields(url) %}
  {{ return(adapter.dispatch('utm_fields', 'kitbag')(url)) }}
{% endmacro %}

{% macro default__utm_fields(url) -%}
{% for name in ['utm_source', 'utm_medium', 'utm_campaign'] %}{{ kitbag.url_parameter(url, name) }} as {{ name }}{{ ', ' if not loop.last }}{% endfor %}
{%- endmacro %}
