-- Every delivered line is judged, and the newest accepted line of every key is its current version in the history.
with

{% for entity in ['customer', 'account'] %}
{{ entity }}_lines as (

    select
        '{{ entity }}s' as entity,
        (select count(*) from {{ source('core_banking', 'raw_' ~ entity ~ 's') }})
            + (select count(*) from {{ ref('raw_' ~ entity ~ 's_grown') }}) as delivered,
        (select count(*) from {{ ref('stg_' ~ entity ~ 's') }})
            + (select count(*) from {{ ref('quarantine') }} where source_table = 'raw_{{ entity }}s') as judged

),

{{ entity }}_keys as (

    select newest.{{ entity }}_id, newest.loaded_at
    from {{ newest_lines(ref('stg_' ~ entity ~ 's'), entity ~ '_id') }}
    left join {{ ref('hist_' ~ entity ~ 's') }} as history
        on history.{{ entity }}_id = newest.{{ entity }}_id
        and history.loaded_at = newest.loaded_at
        and history.dbt_valid_to is null
    where history.{{ entity }}_id is null

){{ ',' if not loop.last }}
{% endfor %}

select entity || ': lines' as what, delivered || ' delivered, ' || judged || ' judged' as problem
from customer_lines where delivered <> judged
union all
select entity || ': lines', delivered || ' delivered, ' || judged || ' judged'
from account_lines where delivered <> judged
union all
select customer_id, 'delivered at ' || loaded_at || ', not in the history' from customer_keys
union all
select account_id, 'delivered at ' || loaded_at || ', not in the history' from account_keys
