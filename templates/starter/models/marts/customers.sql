select
    customer,
    count(*) as orders,
    round(sum(amount), 2) as revenue,
    '{{ var("currency") }}' as currency
from {{ ref('stg_orders') }}
where status = 'paid'
group by customer
