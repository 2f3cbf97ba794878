{# The sum of all rows up to this one. #}
{% macro running_total(expression, order_by, partition_by=none) %}
  {{ return(adapter.dispatch('running_total', 'kitbag')(expression, order_by, partition_by)) }}
{% endmacro %}

{% macro default__running_total(expression, order_by, partition_by) -%}
sum({{ expression }}) over ({{ kitbag.partition_clause(partition_by) }}order by {{ order_by }} rows between unbounded preceding and current row)
{%- endmacro %}

{# The mean of the last rows. #}
{% macro moving_mean(expression, order_by, rows=3, partition_by=none) %}
  {{ return(adapter.dispatch('moving_mean', 'kitbag')(expression, order_by, rows, partition_by)) }}
{% endmacro %}

{% macro default__moving_mean(expression, order_by, rows, partition_by) -%}
avg(1.0 * ({{ expression }})) over ({{ kitbag.partition_clause(partition_by) }}order by {{ order_by }} rows between {{ rows - 1 }} preceding and current row)
{%- endmacro %}

{# `partition by …` with a blank behind, or nothing. #}
{% macro partition_clause(partition_by=none) %}
  {{ return(adapter.dispatch('partition_clause', 'kitbag')(partition_by)) }}
{% endmacro %}

{% macro default__partition_clause(partition_by) -%}
{%- if partition_by is string -%}partition by {{ partition_by }} {% elif partition_by %}partition by {{ partition_by | join(', ') }} {% endif -%}
{%- endmacro %}

{# The value of the row before. #}
{% macro previous(expression, order_by, partition_by=none) %}
  {{ return(adapter.dispatch('previous', 'kitbag')(expression, order_by, partition_by)) }}
{% endmacro %}

{% macro default__previous(expression, order_by, partition_by) -%}
lag({{ expression }}) over ({{ kitbag.partition_clause(partition_by) }}order by {{ order_by }})
{%- endmacro %}

{# The difference to the row before. #}
{% macro change_from_previous(expression, order_by, partition_by=none) %}
  {{ return(adapter.dispatch('change_from_previous', 'kitbag')(expression, order_by, partition_by)) }}
{% endmacro %}

{% macro default__change_from_previous(expression, order_by, partition_by) -%}
(({{ expression }}) - {{ kitbag.previous(expression, order_by, partition_by) }})
{%- endmacro %}

{# The share of a row in the total. #}
{% macro share_of_total(expression, partition_by=none) %}
  {{ return(adapter.dispatch('share_of_total', 'kitbag')(expression, partition_by)) }}
{% endmacro %}

{% macro default__share_of_total(expression, partition_by) -%}
{{ kitbag.safe_divide(expression, 'sum(' ~ expression ~ ') over (' ~ kitbag.partition_clause(partition_by) ~ ')') }}
{%- endmacro %}

{# The number of a row. #}
{% macro row_position(order_by, partition_by=none) %}
  {{ return(adapter.dispatch('row_position', 'kitbag')(order_by, partition_by)) }}
{% endmacro %}

{% macro default__row_position(order_by, partition_by) -%}
row_number() over ({{ kitbag.partition_clause(partition_by) }}order by {{ order_by }})
{%- endmacro %}

{# Whether a row is the first one. #}
{% macro is_first(order_by, partition_by=none) %}
  {{ return(adapter.dispatch('is_first', 'kitbag')(order_by, partition_by)) }}
{% endmacro %}

{% macro default__is_first(order_by, partition_by) -%}
({{ kitbag.row_position(order_by, partition_by) }} = 1)
{%- endmacro %}

{# The value, or the largest one before where it is null. #}
{% macro filled_forward(expression, order_by, partition_by=none) %}
  {{ return(adapter.dispatch('filled_forward', 'kitbag')(expression, order_by, partition_by)) }}
{% endmacro %}

{% macro default__filled_forward(expression, order_by, partition_by) -%}
coalesce({{ expression }}, max({{ expression }}) over ({{ kitbag.partition_clause(partition_by) }}order by {{ order_by }} rows between unbounded preceding and current row))
{%- endmacro %}

{# How many standard deviations a value is from the mean. #}
{% macro z_score(expression, partition_by=none) %}
  {{ return(adapter.dispatch('z_score', 'kitbag')(expression, partition_by)) }}
{% endmacro %}

{% macro default__z_score(expression, partition_by) -%}
{%- set over = 'over (' ~ kitbag.partition_clause(partition_by) ~ ')' -%}
((({{ expression }}) - avg({{ expression }}) {{ over }}) / nullif(sqrt(avg(1.0 * ({{ expression }}) * ({{ expression }})) {{ over }} - avg(1.0 * ({{ expression }})) {{ over }} * avg(1.0 * ({{ expression }})) {{ over }}), 0))
{%- endmacro %}
