select
    balance_tier,
    count(*) as accounts,
    round(sum(balance), 2) as balance,
    round(sum(annual_interest), 2) as annual_interest
from {{ ref('account_summary') }}
group by balance_tier
order by balance desc
