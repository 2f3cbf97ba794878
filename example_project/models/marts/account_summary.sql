{{ config(
    materialized='incremental',
    unique_key='account_id',
    on_schema_change='append_new_columns'
) }}

with accounts as (

    select * from {{ ref('int_accounts_with_customers') }}

    {% if is_incremental() %}
    -- Both sides are the delivery's clock, and a delivery is loaded whole: nothing can arrive behind the mark.
    where updated_at > (select coalesce(max(updated_at), '') from {{ this }})
    {% endif %}

),

rated as (

    select
        *,
        {{ balance_tier('balance_cents') }} as balance_tier,
        {{ interest_rate('balance_cents', 'has_loan') }} as interest_rate
    from accounts

)

select
    account_id,
    customer_id,
    customer_name,
    account_type,
    balance_cents / 100.0 as balance,
    balance_tier,
    has_loan,
    interest_rate,
    round(balance_cents * interest_rate) / 100.0 as annual_interest,
    opened_on,
    updated_at
from rated
