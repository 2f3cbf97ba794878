with totals as (

    select
        customer_id,
        count(*) as account_count,
        round(sum(balance), 2) as total_balance,
        round(sum(annual_interest), 2) as total_annual_interest
    from {{ ref('account_summary') }}
    group by customer_id

)

select
    customers.customer_id,
    customers.customer_name,
    customers.email,
    customers.has_loan,
    customers.marketing_opt_in,
    customers.joined_on,
    coalesce(totals.account_count, 0) as account_count,
    coalesce(totals.total_balance, 0.0) as total_balance,
    coalesce(totals.total_annual_interest, 0.0) as total_annual_interest
from {{ ref('int_customers_current') }} as customers
left join totals on totals.customer_id = customers.customer_id
