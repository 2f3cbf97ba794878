{# Functions over text on SQLite, each with the arguments of its default. #}

{% macro sqlite__position(substring_text, string_text) %}

    instr({{ string_text }}, {{ substring_text }})

{%- endmacro %}

{% macro sqlite__right(string_text, length_expression) %}
    case
      when {{ length_expression }} <> 0 then 
      substr(
          {{ string_text }},
          -1 * ({{ length_expression }})
      )
      else ''
    end
{%- endmacro %}

{% macro sqlite__cast_bool_to_text(field) %}
    case
      when {{ field }} = 0 then 'false'
      when {{ field }} = 1 then 'true'    
    end
{% endmacro %}

{# md5() gives a blob, as SQLite's own extensions have it. #}
{% macro sqlite__hash(field) -%}
    case 
      when {{ field }} is not null 
      then lower(hex(md5(cast({{ field }} as {{ api.Column.translate_type('string') }}))))
    end
{%- endmacro %}
