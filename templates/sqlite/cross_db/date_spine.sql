{# date_spine on SQLite: the bounds are compared as texts, so casts to dates are resolved first; datepart, start_date, end_date. #}

{% macro sqlite__date_spine(datepart, start_date, end_date) %}
    {{- return(default__date_spine(datepart, sqlite_moment(start_date), sqlite_moment(end_date))) -}}
{% endmacro %}
