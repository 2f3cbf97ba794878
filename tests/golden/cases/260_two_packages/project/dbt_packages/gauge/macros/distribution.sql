{# The mean lies between bounds. #}
{% test mean_between(model, column_name, min_value=none, max_value=none, group_by=none, row_condition=none, strictly=false) %}
  {{ adapter.dispatch('test_mean_between', 'gauge')(model, column_name, min_value, max_value, group_by, row_condition, strictly) }}
{% endtest %}

{% macro default__test_mean_between(model, column_name, min_value, max_value, group_by, row_condition, strictly) -%}
{{ gauge.aggregate_out_of_range(model, "avg(1.0 * (" ~ column_name ~ "))", min_value, max_value, group_by, row_condition, strictly) }}
{%- endmacro %}

{# The sum lies between bounds. #}
{% test sum_between(model, column_name, min_value=none, max_value=none, group_by=none, row_condition=none, strictly=false) %}
  {{ adapter.dispatch('test_sum_between', 'gauge')(model, column_name, min_value, max_value, group_by, row_condition, strictly) }}
{% endtest %}

{% macro default__test_sum_between(model, column_name, min_value, max_value, group_by, row_condition, strictly) -%}
{{ gauge.aggregate_out_of_range(model, "sum(" ~ column_name ~ ")", min_value, max_value, group_by, row_condition, strictly) }}
{%- endmacro %}

{# The smallest value lies between bounds. #}
{% test smallest_between(model, column_name, min_value=none, max_value=none, group_by=none, row_condition=none, strictly=false) %}
  {{ adapter.dispatch('test_smallest_between', 'gauge')(model, column_name, min_value, max_value, group_by, row_condition, strictly) }}
{% endtest %}

{% macro default__test_smallest_between(model, column_name, min_value, max_value, group_by, row_condition, strictly) -%}
{{ gauge.aggregate_out_of_range(model, "min(" ~ column_name ~ ")", min_value, max_value, group_by, row_condition, strictly) }}
{%- endmacro %}

{# The largest value lies between bounds. #}
{% test largest_between(model, column_name, min_value=none, max_value=none, group_by=none, row_condition=none, strictly=false) %}
  {{ adapter.dispatch('test_largest_between', 'gauge')(model, column_name, min_value, max_value, group_by, row_condition, strictly) }}
{% endtest %}

{% macro default__test_largest_between(model, column_name, min_value, max_value, group_by, row_condition, strictly) -%}
{{ gauge.aggregate_out_of_range(model, "max(" ~ column_name ~ ")", min_value, max_value, group_by, row_condition, strictly) }}
{%- endmacro %}

{# The difference of largest and smallest lies between bounds. #}
{% test spread_between(model, column_name, min_value=none, max_value=none, group_by=none, row_condition=none, strictly=false) %}
  {{ adapter.dispatch('test_spread_between', 'gauge')(model, column_name, min_value, max_value, group_by, row_condition, strictly) }}
{% endtest %}

{% macro default__test_spread_between(model, column_name, min_value, max_value, group_by, row_condition, strictly) -%}
{{ gauge.aggregate_out_of_range(model, "max(" ~ column_name ~ ") - min(" ~ column_name ~ ")", min_value, max_value, group_by, row_condition, strictly) }}
{%- endmacro %}

{# The standard deviation lies between bounds. #}
{% test deviation_between(model, column_name, min_value=none, max_value=none, group_by=none, row_condition=none, strictly=false) %}
  {{ adapter.dispatch('test_deviation_between', 'gauge')(model, column_name, min_value, max_value, group_by, row_condition, strictly) }}
{% endtest %}

{% macro default__test_deviation_between(model, column_name, min_value, max_value, group_by, row_condition, strictly) -%}
{{ gauge.aggregate_out_of_range(model, "" ~ gauge.standard_deviation(column_name) ~ "", min_value, max_value, group_by, row_condition, strictly) }}
{%- endmacro %}

{# The number of distinct values lies between bounds. #}
{% test distinct_between(model, column_name, min_value=none, max_value=none, group_by=none, row_condition=none, strictly=false) %}
  {{ adapter.dispatch('test_distinct_between', 'gauge')(model, column_name, min_value, max_value, group_by, row_condition, strictly) }}
{% endtest %}

{% macro default__test_distinct_between(model, column_name, min_value, max_value, group_by, row_condition, strictly) -%}
{{ gauge.aggregate_out_of_range(model, "count(distinct " ~ column_name ~ ")", min_value, max_value, group_by, row_condition, strictly) }}
{%- endmacro %}

{# The share of distinct values lies between bounds. #}
{% test distinct_share_between(model, column_name, min_value=none, max_value=none, group_by=none, row_condition=none, strictly=false) %}
  {{ adapter.dispatch('test_distinct_share_between', 'gauge')(model, column_name, min_value, max_value, group_by, row_condition, strictly) }}
{% endtest %}

{% macro default__test_distinct_share_between(model, column_name, min_value, max_value, group_by, row_condition, strictly) -%}
{{ gauge.aggregate_out_of_range(model, "1.0 * count(distinct " ~ column_name ~ ") / nullif(count(" ~ column_name ~ "), 0)", min_value, max_value, group_by, row_condition, strictly) }}
{%- endmacro %}

{# The share of rows with a value lies between bounds. #}
{% test present_share_between(model, column_name, min_value=none, max_value=none, group_by=none, row_condition=none, strictly=false) %}
  {{ adapter.dispatch('test_present_share_between', 'gauge')(model, column_name, min_value, max_value, group_by, row_condition, strictly) }}
{% endtest %}

{% macro default__test_present_share_between(model, column_name, min_value, max_value, group_by, row_condition, strictly) -%}
{{ gauge.aggregate_out_of_range(model, "1.0 * count(" ~ column_name ~ ") / nullif(count(*), 0)", min_value, max_value, group_by, row_condition, strictly) }}
{%- endmacro %}

{# The share of rows without a value lies between bounds. #}
{% test null_share_between(model, column_name, min_value=none, max_value=none, group_by=none, row_condition=none, strictly=false) %}
  {{ adapter.dispatch('test_null_share_between', 'gauge')(model, column_name, min_value, max_value, group_by, row_condition, strictly) }}
{% endtest %}

{% macro default__test_null_share_between(model, column_name, min_value, max_value, group_by, row_condition, strictly) -%}
{{ gauge.aggregate_out_of_range(model, "1 - 1.0 * count(" ~ column_name ~ ") / nullif(count(*), 0)", min_value, max_value, group_by, row_condition, strictly) }}
{%- endmacro %}

{# The share of rows in which a condition holds lies between bounds. #}
{% test true_share_between(model, column_name, condition, min_value=none, max_value=none, group_by=none, row_condition=none, strictly=false) %}
  {{ adapter.dispatch('test_true_share_between', 'gauge')(model, column_name, condition, min_value, max_value, group_by, row_condition, strictly) }}
{% endtest %}

{% macro default__test_true_share_between(model, column_name, condition, min_value, max_value, group_by, row_condition, strictly) -%}
{{ gauge.aggregate_out_of_range(model, "avg(case when " ~ column_name ~ " " ~ condition ~ " then 1.0 else 0 end)", min_value, max_value, group_by, row_condition, strictly) }}
{%- endmacro %}

{# The median lies between bounds. #}
{% test median_between(model, column_name, min_value=none, max_value=none, row_condition=none) %}
  {{ adapter.dispatch('test_median_between', 'gauge')(model, column_name, min_value, max_value, row_condition) }}
{% endtest %}

{% macro default__test_median_between(model, column_name, min_value, max_value, row_condition) -%}
select * from (
{{ gauge.quantile_query(model, column_name, 0.5, row_condition) }}
) as measured where gauge_value is null or {{ gauge.out_of_range('gauge_value', min_value, max_value) }}
{%- endmacro %}

{# A quantile lies between bounds. #}
{% test quantile_between(model, column_name, quantile, min_value=none, max_value=none, row_condition=none) %}
  {{ adapter.dispatch('test_quantile_between', 'gauge')(model, column_name, quantile, min_value, max_value, row_condition) }}
{% endtest %}

{% macro default__test_quantile_between(model, column_name, quantile, min_value, max_value, row_condition) -%}
select * from (
{{ gauge.quantile_query(model, column_name, quantile, row_condition) }}
) as measured where gauge_value is null or {{ gauge.out_of_range('gauge_value', min_value, max_value) }}
{%- endmacro %}

{# No value is further from the mean than so many standard deviations. #}
{% test within_deviations(model, column_name, deviations=3, row_condition=none) %}
  {{ adapter.dispatch('test_within_deviations', 'gauge')(model, column_name, deviations, row_condition) }}
{% endtest %}

{% macro default__test_within_deviations(model, column_name, deviations, row_condition) -%}
select values_of.{{ column_name }}
from {{ model }} as values_of
cross join (select avg(1.0 * {{ column_name }}) as mean, {{ gauge.standard_deviation(column_name) }} as deviation from {{ model }} where {{ row_condition or '1 = 1' }}) as whole
where {{ gauge.both('abs(values_of.' ~ column_name ~ ' - whole.mean) > ' ~ deviations ~ ' * whole.deviation', row_condition) }}
{%- endmacro %}

{# The most common values are in a list. #}
{% test most_common_in_set(model, column_name, values, top=1, quote_values=true) %}
  {{ adapter.dispatch('test_most_common_in_set', 'gauge')(model, column_name, values, top, quote_values) }}
{% endtest %}

{% macro default__test_most_common_in_set(model, column_name, values, top, quote_values) -%}
select value from (
    select {{ column_name }} as value, rank() over (order by count(*) desc) as place from {{ model }} group by {{ column_name }}
) as ranked where place <= {{ top }} and value not in ({{ gauge.literals(values, quote_values) }})
{%- endmacro %}

{# Every value of a list is there. #}
{% test values_contain_set(model, column_name, values, quote_values=true) %}
  {{ adapter.dispatch('test_values_contain_set', 'gauge')(model, column_name, values, quote_values) }}
{% endtest %}

{% macro default__test_values_contain_set(model, column_name, values, quote_values) -%}
select wanted.value from ({{ gauge.value_rows(values, quote_values) }}
) as wanted where wanted.value not in (select {{ column_name }} from {{ model }} where {{ column_name }} is not null)
{%- endmacro %}

{# The values are those of a list, all of them and no others. #}
{% test values_equal_set(model, column_name, values, quote_values=true) %}
  {{ adapter.dispatch('test_values_equal_set', 'gauge')(model, column_name, values, quote_values) }}
{% endtest %}

{% macro default__test_values_equal_set(model, column_name, values, quote_values) -%}
select value, 'not there' as problem from ({{ gauge.value_rows(values, quote_values) }}
) as wanted where value not in (select {{ column_name }} from {{ model }} where {{ column_name }} is not null)
union all
select distinct {{ column_name }}, 'not wanted' from {{ model }} where {{ column_name }} is not null and {{ column_name }} not in ({{ gauge.literals(values, quote_values) }})
{%- endmacro %}

{# There are so many distinct values. #}
{% test distinct_count_equals(model, column_name, value) %}
  {{ adapter.dispatch('test_distinct_count_equals', 'gauge')(model, column_name, value) }}
{% endtest %}

{% macro default__test_distinct_count_equals(model, column_name, value) -%}
select count(distinct {{ column_name }}) as variants from {{ model }} having count(distinct {{ column_name }}) <> {{ value }}
{%- endmacro %}

{# Two columns have as many distinct values. #}
{% test distinct_counts_match(model, column_name, other, field) %}
  {{ adapter.dispatch('test_distinct_counts_match', 'gauge')(model, column_name, other, field) }}
{% endtest %}

{% macro default__test_distinct_counts_match(model, column_name, other, field) -%}
select * from (select count(distinct {{ column_name }}) as here from {{ model }}) as a cross join (select count(distinct {{ field }}) as there from {{ other }}) as b where here <> there
{%- endmacro %}

{# No value is further from the one before than a bound. #}
{% test change_below(model, column_name, sort_by, max_change) %}
  {{ adapter.dispatch('test_change_below', 'gauge')(model, column_name, sort_by, max_change) }}
{% endtest %}

{% macro default__test_change_below(model, column_name, sort_by, max_change) -%}
select * from (
    select {{ column_name }} as value, lag({{ column_name }}) over (order by {{ sort_by }}) as previous from {{ model }}
) as ordered where abs(value - previous) > {{ max_change }}
{%- endmacro %}

{# No value lies beyond the quartiles by more than a factor of their distance. #}
{% test no_outliers(model, column_name, factor=1.5) %}
  {{ adapter.dispatch('test_no_outliers', 'gauge')(model, column_name, factor) }}
{% endtest %}

{% macro default__test_no_outliers(model, column_name, factor) -%}
select values_of.{{ column_name }}
from {{ model }} as values_of
cross join ({{ gauge.quantile_query(model, column_name, 0.25) }}) as low
cross join ({{ gauge.quantile_query(model, column_name, 0.75) }}) as high
where values_of.{{ column_name }} < low.gauge_value - {{ factor }} * (high.gauge_value - low.gauge_value)
   or values_of.{{ column_name }} > high.gauge_value + {{ factor }} * (high.gauge_value - low.gauge_value)
{%- endmacro %}
