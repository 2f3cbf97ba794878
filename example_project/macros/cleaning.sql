{# One macro per kind of dirt; each gives null for what it cannot read. #}

{% macro clean_text(column) -%}
nullif(trim({{ column }}), '')
{%- endmacro %}


{% macro clean_name(column) -%}
nullif(upper(substr(trim({{ column }}), 1, 1)) || lower(substr(trim({{ column }}), 2)), '')
{%- endmacro %}


{% macro clean_boolean(column) -%}
case
            when lower(trim({{ column }})) in ('yes', 'y', 'true', 't', '1') then 1
            when lower(trim({{ column }})) in ('no', 'n', 'false', 'f', '0') then 0
        end
{%- endmacro %}


{# Reads 2020-12-31 and 31/12/2020. Date arithmetic rolls 2022-02-30 over into March: a real day is one that comes back. #}
{% macro clean_date(column) -%}
{%- set iso = "trim(" ~ column ~ ")" -%}
{%- set european = "substr(" ~ iso ~ ", 7, 4) || '-' || substr(" ~ iso ~ ", 4, 2) || '-' || substr(" ~ iso ~ ", 1, 2)" -%}
case
            when date({{ iso }}, '+0 days') = {{ iso }}
                then {{ iso }}
            when {{ iso }} like '__/__/____' and date({{ european }}, '+0 days') = {{ european }}
                then {{ european }}
        end
{%- endmacro %}


{# Reads 1234.5 and 1,234.50. cast() would turn anything else into 0 without a word. #}
{% macro clean_cents(column) -%}
{%- set digits = "replace(trim(" ~ column ~ "), ',', '')" -%}
case
            when {{ digits }} glob '*[0-9]*' and ltrim({{ digits }}, '-') not glob '*[^0-9.]*'
                then cast(round(cast({{ digits }} as real) * 100) as integer)
        end
{%- endmacro %}


{% macro as_delivered(columns) -%}
{%- for column in columns -%}
coalesce({{ column }}, ''){{ " || '|' || " if not loop.last }}
{%- endfor -%}
{%- endmacro %}
