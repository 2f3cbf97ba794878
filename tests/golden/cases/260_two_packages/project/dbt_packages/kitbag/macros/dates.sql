{# The day of a timestamp. #}
{% macro day_of(moment) %}
  {{ return(adapter.dispatch('day_of', 'kitbag')(moment)) }}
{% endmacro %}

{% macro default__day_of(moment) -%}
cast({{ moment }} as date)
{%- endmacro %}

{% macro sqlite__day_of(moment) -%}
date({{ moment }})
{%- endmacro %}

{# The year. #}
{% macro year_of(moment) %}
  {{ return(adapter.dispatch('year_of', 'kitbag')(moment)) }}
{% endmacro %}

{% macro default__year_of(moment) -%}
extract(year from {{ moment }})
{%- endmacro %}

{% macro sqlite__year_of(moment) -%}
cast(strftime('%Y', {{ moment }}) as integer)
{%- endmacro %}

{# The month, 1 to 12. #}
{% macro month_of(moment) %}
  {{ return(adapter.dispatch('month_of', 'kitbag')(moment)) }}
{% endmacro %}

{% macro default__month_of(moment) -%}
extract(month from {{ moment }})
{%- endmacro %}

{% macro sqlite__month_of(moment) -%}
cast(strftime('%m', {{ moment }}) as integer)
{%- endmacro %}

{# The quarter, 1 to 4. #}
{% macro quarter_of(moment) %}
  {{ return(adapter.dispatch('quarter_of', 'kitbag')(moment)) }}
{% endmacro %}

{% macro default__quarter_of(moment) -%}
extract(quarter from {{ moment }})
{%- endmacro %}

{% macro sqlite__quarter_of(moment) -%}
((cast(strftime('%m', {{ moment }}) as integer) + 2) / 3)
{%- endmacro %}

{# The hour, 0 to 23. #}
{% macro hour_of(moment) %}
  {{ return(adapter.dispatch('hour_of', 'kitbag')(moment)) }}
{% endmacro %}

{% macro default__hour_of(moment) -%}
extract(hour from {{ moment }})
{%- endmacro %}

{% macro sqlite__hour_of(moment) -%}
cast(strftime('%H', {{ moment }}) as integer)
{%- endmacro %}

{# The day of the week, Monday is 1. #}
{% macro weekday_of(moment) %}
  {{ return(adapter.dispatch('weekday_of', 'kitbag')(moment)) }}
{% endmacro %}

{% macro default__weekday_of(moment) -%}
extract(isodow from {{ moment }})
{%- endmacro %}

{% macro sqlite__weekday_of(moment) -%}
((cast(strftime('%w', {{ moment }}) as integer) + 6) % 7 + 1)
{%- endmacro %}

{# The Monday of the week. #}
{% macro week_start(moment) %}
  {{ return(adapter.dispatch('week_start', 'kitbag')(moment)) }}
{% endmacro %}

{% macro default__week_start(moment) -%}
{{ dbt.date_trunc('week', moment) }}
{%- endmacro %}

{% macro sqlite__week_start(moment) -%}
date({{ moment }}, 'weekday 0', '-6 days')
{%- endmacro %}

{# The first day of the month. #}
{% macro month_start(moment) %}
  {{ return(adapter.dispatch('month_start', 'kitbag')(moment)) }}
{% endmacro %}

{% macro default__month_start(moment) -%}
{{ dbt.date_trunc('month', moment) }}
{%- endmacro %}

{% macro sqlite__month_start(moment) -%}
date({{ moment }}, 'start of month')
{%- endmacro %}

{# The last day of the month. #}
{% macro month_end(moment) %}
  {{ return(adapter.dispatch('month_end', 'kitbag')(moment)) }}
{% endmacro %}

{% macro default__month_end(moment) -%}
{{ dbt.last_day(moment, 'month') }}
{%- endmacro %}

{% macro sqlite__month_end(moment) -%}
date({{ moment }}, 'start of month', '+1 month', '-1 day')
{%- endmacro %}

{# The first day of the quarter. #}
{% macro quarter_start(moment) %}
  {{ return(adapter.dispatch('quarter_start', 'kitbag')(moment)) }}
{% endmacro %}

{% macro default__quarter_start(moment) -%}
{{ dbt.date_trunc('quarter', moment) }}
{%- endmacro %}

{% macro sqlite__quarter_start(moment) -%}
date({{ moment }}, 'start of year', '+' || (({{ kitbag.quarter_of(moment) }} - 1) * 3) || ' months')
{%- endmacro %}

{# The first day of the year. #}
{% macro year_start(moment) %}
  {{ return(adapter.dispatch('year_start', 'kitbag')(moment)) }}
{% endmacro %}

{% macro default__year_start(moment) -%}
{{ dbt.date_trunc('year', moment) }}
{%- endmacro %}

{% macro sqlite__year_start(moment) -%}
date({{ moment }}, 'start of year')
{%- endmacro %}

{# How many days the month has. #}
{% macro days_in_month(moment) %}
  {{ return(adapter.dispatch('days_in_month', 'kitbag')(moment)) }}
{% endmacro %}

{% macro default__days_in_month(moment) -%}
extract(day from {{ kitbag.month_end(moment) }})
{%- endmacro %}

{% macro sqlite__days_in_month(moment) -%}
cast(strftime('%d', {{ kitbag.month_end(moment) }}) as integer)
{%- endmacro %}

{# How many midnights lie between two moments. #}
{% macro days_between(start, end) %}
  {{ return(adapter.dispatch('days_between', 'kitbag')(start, end)) }}
{% endmacro %}

{% macro default__days_between(start, end) -%}
{{ dbt.datediff(start, end, 'day') }}
{%- endmacro %}

{% macro sqlite__days_between(start, end) -%}
cast(julianday(date({{ end }})) - julianday(date({{ start }})) as integer)
{%- endmacro %}

{# How many starts of months lie between two moments. #}
{% macro months_between(start, end) %}
  {{ return(adapter.dispatch('months_between', 'kitbag')(start, end)) }}
{% endmacro %}

{% macro default__months_between(start, end) -%}
{{ dbt.datediff(start, end, 'month') }}
{%- endmacro %}

{% macro sqlite__months_between(start, end) -%}
(({{ kitbag.year_of(end) }} - {{ kitbag.year_of(start) }}) * 12 + {{ kitbag.month_of(end) }} - {{ kitbag.month_of(start) }})
{%- endmacro %}

{# A day moved. #}
{% macro add_days(moment, days) %}
  {{ return(adapter.dispatch('add_days', 'kitbag')(moment, days)) }}
{% endmacro %}

{% macro default__add_days(moment, days) -%}
{{ dbt.dateadd('day', days, moment) }}
{%- endmacro %}

{% macro sqlite__add_days(moment, days) -%}
date({{ moment }}, ({{ days }}) || ' days')
{%- endmacro %}

{# Whether it is Saturday or Sunday. #}
{% macro is_weekend(moment) %}
  {{ return(adapter.dispatch('is_weekend', 'kitbag')(moment)) }}
{% endmacro %}

{% macro default__is_weekend(moment) -%}
({{ kitbag.weekday_of(moment) }} > 5)
{%- endmacro %}

{# The name of the day of the week. #}
{% macro weekday_name(moment, names=["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]) %}
  {{ return(adapter.dispatch('weekday_name', 'kitbag')(moment, names)) }}
{% endmacro %}

{% macro default__weekday_name(moment, names) -%}
{{ kitbag.lookup(kitbag.weekday_of(moment), kitbag.numbered(names)) }}
{%- endmacro %}

{# The name of the month. #}
{% macro month_name(moment, names=["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"]) %}
  {{ return(adapter.dispatch('month_name', 'kitbag')(moment, names)) }}
{% endmacro %}

{% macro default__month_name(moment, names) -%}
{{ kitbag.lookup(kitbag.month_of(moment), kitbag.numbered(names)) }}
{%- endmacro %}

{# A day as a number, 20260131. #}
{% macro date_key(moment) %}
  {{ return(adapter.dispatch('date_key', 'kitbag')(moment)) }}
{% endmacro %}

{% macro default__date_key(moment) -%}
cast(to_char({{ moment }}, 'YYYYMMDD') as {{ dbt.type_int() }})
{%- endmacro %}

{% macro sqlite__date_key(moment) -%}
cast(strftime('%Y%m%d', {{ moment }}) as integer)
{%- endmacro %}

{# A month as text, 2026-01. #}
{% macro month_key(moment) %}
  {{ return(adapter.dispatch('month_key', 'kitbag')(moment)) }}
{% endmacro %}

{% macro default__month_key(moment) -%}
to_char({{ moment }}, 'YYYY-MM')
{%- endmacro %}

{% macro sqlite__month_key(moment) -%}
strftime('%Y-%m', {{ moment }})
{%- endmacro %}

{# The year in which the fiscal year begins. #}
{% macro fiscal_year(moment, first_month=4) %}
  {{ return(adapter.dispatch('fiscal_year', 'kitbag')(moment, first_month)) }}
{% endmacro %}

{% macro default__fiscal_year(moment, first_month) -%}
({{ kitbag.year_of(moment) }} - case when {{ kitbag.month_of(moment) }} < {{ first_month }} then 1 else 0 end)
{%- endmacro %}

{# The quarter of the fiscal year. #}
{% macro fiscal_quarter(moment, first_month=4) %}
  {{ return(adapter.dispatch('fiscal_quarter', 'kitbag')(moment, first_month)) }}
{% endmacro %}

{% macro default__fiscal_quarter(moment, first_month) -%}
((({{ kitbag.month_of(moment) }} - {{ first_month }} + 12) % 12) / 3 + 1)
{%- endmacro %}

{# night, morning, afternoon or evening. #}
{% macro part_of_day(moment) %}
  {{ return(adapter.dispatch('part_of_day', 'kitbag')(moment)) }}
{% endmacro %}

{% macro default__part_of_day(moment) -%}
(case when {{ kitbag.hour_of(moment) }} < 6 then 'night' when {{ kitbag.hour_of(moment) }} < 12 then 'morning' when {{ kitbag.hour_of(moment) }} < 18 then 'afternoon' else 'evening' end)
{%- endmacro %}

{# Full years. #}
{% macro age_in_years(birth, today) %}
  {{ return(adapter.dispatch('age_in_years', 'kitbag')(birth, today)) }}
{% endmacro %}

{% macro default__age_in_years(birth, today) -%}
({{ kitbag.year_of(today) }} - {{ kitbag.year_of(birth) }} - case when {{ kitbag.month_day(today) }} < {{ kitbag.month_day(birth) }} then 1 else 0 end)
{%- endmacro %}

{# Month and day as text, 01-31. #}
{% macro month_day(moment) %}
  {{ return(adapter.dispatch('month_day', 'kitbag')(moment)) }}
{% endmacro %}

{% macro default__month_day(moment) -%}
to_char({{ moment }}, 'MM-DD')
{%- endmacro %}

{% macro sqlite__month_day(moment) -%}
strftime('%m-%d', {{ moment }})
{%- endmacro %}

{# Whether two days are in the same month. #}
{% macro same_month(one, other) %}
  {{ return(adapter.dispatch('same_month', 'kitbag')(one, other)) }}
{% endmacro %}

{% macro default__same_month(one, other) -%}
({{ kitbag.month_key(one) }} = {{ kitbag.month_key(other) }})
{%- endmacro %}

{# A query with every day from a start to an end, both literals without quotes. #}
{% macro date_series(start, end, column="day") %}
  {{ return(adapter.dispatch('date_series', 'kitbag')(start, end, column)) }}
{% endmacro %}

{% macro default__date_series(start, end, column) -%}
with recursive {{ column }}s as (
    select cast('{{ start }}' as date) as {{ column }}
    union all
    select {{ kitbag.add_days(column, 1) }} from {{ column }}s where {{ column }} < cast('{{ end }}' as date)
)
select {{ column }} from {{ column }}s
{%- endmacro %}

{% macro sqlite__date_series(start, end, column) -%}
with recursive {{ column }}s as (
    select date('{{ start }}') as {{ column }}
    union all
    select {{ kitbag.add_days(column, 1) }} from {{ column }}s where {{ column }} < date('{{ end }}')
)
select {{ column }} from {{ column }}s
{%- endmacro %}

{# A query with every day and what is asked of days. #}
{% macro calendar(start, end) %}
  {{ return(adapter.dispatch('calendar', 'kitbag')(start, end)) }}
{% endmacro %}

{% macro default__calendar(start, end) -%}
select
    day,
    {{ kitbag.date_key('day') }} as date_key,
    {{ kitbag.year_of('day') }} as year,
    {{ kitbag.quarter_of('day') }} as quarter,
    {{ kitbag.month_of('day') }} as month,
    {{ kitbag.month_name('day') }} as month_name,
    {{ kitbag.weekday_name('day') }} as weekday_name,
    {{ kitbag.week_start('day') }} as week_start,
    {{ kitbag.month_end('day') }} as month_end,
    {{ kitbag.is_weekend('day') }} as is_weekend
from (
    {{ kitbag.date_series(start, end) }}
) as days
{%- endmacro %}
