select order_id as id from {{ ref('orders') }} join {{ ref('src_o') }}
