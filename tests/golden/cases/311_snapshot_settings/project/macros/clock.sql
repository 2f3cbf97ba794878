{# A clock that stands still, and ids that can be read. #}
{% macro sqlite__snapshot_get_time() -%}
'{{ var('now') }}'
{%- endmacro %}
{% macro sqlite__snapshot_hash_arguments(args) -%}
({% for arg in args %}coalesce(cast({{ arg }} as text), ''){{ " || '|' || " if not loop.last }}{% endfor %})
{%- endmacro %}
