{% macro balance_tier(balance_cents) -%}
case
            when {{ balance_cents }} < 0 then 'overdrawn'
            {%- for tier in var('interest_tiers') %}
            when {{ balance_cents }} >= {{ tier.from_balance * 100 }} then '{{ tier.name }}'
            {%- endfor %}
        end
{%- endmacro %}


{% macro interest_rate(balance_cents, has_loan) -%}
case
            when {{ balance_cents }} < 0 then 0.0
            {%- for tier in var('interest_tiers') %}
            when {{ balance_cents }} >= {{ tier.from_balance * 100 }}
                then {{ tier.rate }} + {{ has_loan }} * {{ var('loan_bonus_rate') }}
            {%- endfor %}
        end
{%- endmacro %}
