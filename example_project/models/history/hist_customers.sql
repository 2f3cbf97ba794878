select
    customer_id,
    first_name,
    last_name,
    email,
    has_loan,
    marketing_opt_in,
    joined_on,
    loaded_at,
    loaded_at as dbt_valid_from,
    lead(loaded_at) over (partition by customer_id order by loaded_at) as dbt_valid_to
from {{ ref('stg_customers') }}
where reject_reason is null
