{{ config(materialized='incremental', unique_key='ordered_on') }}

select
    ordered_on,
    count(*) as orders,
    round(sum(amount), 2) as revenue
from {{ ref('stg_orders') }}
where status = 'paid'

{% if is_incremental() %}
    -- The last day is read again: it may have been incomplete.
    and ordered_on >= (select coalesce(max(ordered_on), '') from {{ this }})
{% endif %}

group by ordered_on
