{%- set delivered_columns = ['account_id', 'customer_id', 'account_type', 'balance', 'opened_on', 'loaded_at'] -%}

-- depends_on: {{ ref('raw_accounts') }}, the seed that fills the source

with delivered as (

    select {{ delivered_columns | join(', ') }} from {{ source('core_banking', 'raw_accounts') }}
    union all
    select {{ delivered_columns | join(', ') }} from {{ ref('raw_accounts_grown') }}

),

cleaned as (

    select
        upper({{ clean_text('account_id') }}) as account_id,
        upper({{ clean_text('customer_id') }}) as customer_id,
        lower({{ clean_text('account_type') }}) as account_type,
        {{ clean_cents('balance') }} as balance_cents,
        {{ clean_date('opened_on') }} as opened_on,
        loaded_at,
        {{ as_delivered(delivered_columns) }} as delivered_line
    from delivered

),

numbered as (

    select
        *,
        row_number() over (partition by account_id, loaded_at order by delivered_line) as copy
    from cleaned

)

select
    account_id,
    customer_id,
    account_type,
    balance_cents,
    opened_on,
    loaded_at,
    case
        when account_id is null then 'account_id is missing'
        when customer_id is null then 'customer_id is missing'
        when customer_id not in (
            select customer_id from {{ ref('stg_customers') }} where reject_reason is null
        ) then 'customer is unknown'
        when account_type is null or account_type not in ('savings', 'checking') then 'account_type is unknown'
        when balance_cents is null then 'balance is not a number'
        -- A checking account may be overdrawn, a savings account may not.
        when account_type = 'savings' and balance_cents < 0 then 'savings balance is negative'
        when opened_on is null then 'opened_on is not a date'
        when copy > 1 then 'delivered twice'
    end as reject_reason,
    delivered_line
from numbered
