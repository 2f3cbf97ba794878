{# The name of a datepart without quotes, singular and in lower case; datepart. An unknown one is an error that names the macro it was given to. #}

{% macro sqlite_datepart(datepart, macro_name, supported) -%}
  {%- set part = datepart | string | trim | lower | replace("'", "") -%}
  {%- if part not in supported and part[-1:] == 's' -%}
    {%- set part = part[:-1] -%}
  {%- endif -%}
  {%- if part not in supported -%}
    {%- do exceptions.raise_compiler_error(macro_name ~ " on sqlite does not know the datepart `" ~ datepart ~ "`; it knows " ~ (supported | join(', '))) -%}
  {%- endif -%}
  {{ return(part) }}
{%- endmacro %}
