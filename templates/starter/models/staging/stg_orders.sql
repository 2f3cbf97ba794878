select
    order_id,
    {{ clean_name('customer') }} as customer,
    round(amount, 2) as amount,
    lower(status) as status,
    ordered_on
from {{ ref('raw_orders') }}
