{# The time on SQLite: UTC text with seconds. #}

{% macro sqlite__current_timestamp() -%}
    datetime()
{%- endmacro %}

{% macro sqlite__snapshot_get_time() -%}
    datetime()
{%- endmacro %}

{% macro sqlite__current_timestamp_backcompat() -%}
    datetime()
{%- endmacro %}
