select
    account_id,
    customer_id,
    account_type,
    balance_cents,
    opened_on,
    loaded_at,
    loaded_at as dbt_valid_from,
    lead(loaded_at) over (partition by account_id order by loaded_at) as dbt_valid_to
from {{ ref('stg_accounts') }}
where reject_reason is null
