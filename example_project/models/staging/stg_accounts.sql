{%- set delivered_columns = ['account_id', 'customer_id', 'account_type', 'balance', 'opened_on', 'loaded_at'] -%}

-- depends_on: {{ ref('raw_accounts') }}, the seed that fills the source

with delivered as (

    select {{ delivered_columns | join(', ') }} from {{ source('core_banking', 'raw_accounts') }}
    union all
    select {{ delivered_columns | join(', ') }} from {{ ref('raw_accounts_grown') }}

)

-- What cannot be read is null here; _staging.yml says which lines may pass.
select
    upper({{ clean_text('account_id') }}) as account_id,
    upper({{ clean_text('customer_id') }}) as customer_id,
    lower({{ clean_text('account_type') }}) as account_type,
    {{ clean_cents('balance') }} as balance_cents,
    {{ clean_date('opened_on') }} as opened_on,
    loaded_at,
    {{ as_delivered(delivered_columns) }} as delivered_line
from delivered
