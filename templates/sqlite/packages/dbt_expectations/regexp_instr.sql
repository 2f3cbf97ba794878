{# dbt_expectations' search by pattern on SQLite, with the flags of the engine's patterns (`c`, the default, is case-sensitive); source_value, regexp, position, occurrence, is_raw, flags. #}

{% macro sqlite__dbt_expectations__regexp_instr(source_value, regexp, position=1, occurrence=1, is_raw=false, flags='') -%}
  {%- set kept = flags | replace('c', '') -%}
  {%- for flag in kept if flag not in 'imsUux' -%}
    {%- do exceptions.warn("the pattern flag `" ~ flag ~ "` is not known on SQLite; it knows c, i, m, s, U, u and x") -%}
  {%- endfor -%}
  {%- set pattern = ('(?' ~ kept ~ ')' if kept else '') ~ regexp -%}
regexp_instr({{ source_value }}, '{{ dbt.escape_single_quotes(pattern) }}', {{ position }}, {{ occurrence }})
{%- endmacro %}
