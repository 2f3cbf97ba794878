{# What the date macros on SQLite have in common: names of dateparts, and dates as SQLite reads them. #}

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

{# The expression of a date or timestamp: a cast to such a type, which would be a number on SQLite, becomes the function that reads it; expression. #}
{% macro sqlite_moment(expression) -%}
  {%- set text = expression | string | trim -%}
  {%- set found = modules.re.match("(?is)cast\s*\((.*)\sas\s+(date|datetime|timestamp)(?:\s+without\s+time\s+zone)?\s*\)$", text) -%}
  {%- if found and sqlite_is_balanced(found.group(1)) -%}
    {{ return(sqlite__cast(found.group(1) | trim, found.group(2)) | trim) }}
  {%- endif -%}
  {{ return(text) }}
{%- endmacro %}

{# Whether every parenthesis of a text is closed in it, so that `cast(a as date) - cast(b as date)` is no single cast; text. #}
{% macro sqlite_is_balanced(text) -%}
  {%- set depth = namespace(now=0, least=0) -%}
  {%- for char in modules.re.sub("'[^']*'", "", text) -%}
    {%- set depth.now = depth.now + {'(': 1, ')': -1}.get(char, 0) -%}
    {%- set depth.least = [depth.least, depth.now] | min -%}
  {%- endfor -%}
  {{ return(depth.now == 0 and depth.least == 0) }}
{%- endmacro %}

{# The part of a second of a timestamp with its point, which SQLite's datetime() drops; value. #}
{% macro sqlite_fraction(value) -%}
  substr({{ value }}, 20, 7 * (substr({{ value }}, 20, 1) = '.' and length({{ value }}) < 27))
{%- endmacro %}
