select
    accounts.account_id,
    accounts.customer_id,
    customers.customer_name,
    customers.has_loan,
    accounts.account_type,
    accounts.balance_cents,
    accounts.opened_on,
    -- A row is as new as the newest of the lines it is made from.
    {{ later_of('accounts.loaded_at', 'customers.loaded_at') }} as updated_at
from {{ ref('hist_accounts') }} as accounts
inner join {{ ref('int_customers_current') }} as customers
    on customers.customer_id = accounts.customer_id
where accounts.dbt_valid_to is null
