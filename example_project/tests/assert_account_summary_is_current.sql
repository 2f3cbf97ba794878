{{ config(tags=['interest']) }}

-- An incremental table drifts when its filter misses a row: compare it with what a full refresh would read.
select expected.account_id, expected.updated_at, actual.updated_at as found_updated_at
from {{ ref('int_accounts_with_customers') }} as expected
left join {{ ref('account_summary') }} as actual
    on actual.account_id = expected.account_id
where actual.account_id is null
    or actual.updated_at <> expected.updated_at
    or round(actual.balance * 100) <> expected.balance_cents
