-- Every delivered line is either a version in the history layer or a row in quarantine.
with counted as (

    {% for entity in ['customers', 'accounts'] %}
    select
        '{{ entity }}' as entity,
        (select count(*) from {{ source('core_banking', 'raw_' ~ entity) }})
            + (select count(*) from {{ ref('raw_' ~ entity ~ '_grown') }}) as delivered,
        (select count(*) from {{ ref('hist_' ~ entity) }}) as accepted,
        (select count(*) from {{ ref('quarantine') }} where source_table = 'raw_{{ entity }}') as rejected
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select * from counted
where delivered <> accepted + rejected
