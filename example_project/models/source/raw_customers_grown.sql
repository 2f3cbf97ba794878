with customers as (

    select distinct customer_id, cast(substr(customer_id, 3) as integer) as n
    from {{ ref('raw_accounts_grown') }}

)

select
    customer_id,
    ' first' || n as first_name,
    'LAST' || n as last_name,
    lower(customer_id) || '@example.com' as email,
    case n % 4 when 0 then 'yes' when 1 then 'N' when 2 then '1' else 'FALSE' end as has_loan,
    case n % 2 when 0 then 'Y' else 'no' end as marketing_opt_in,
    '2025-01-01' as joined_on,
    '2026-03-03 06:00:00' as loaded_at
from customers
