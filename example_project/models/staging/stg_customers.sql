{%- set delivered_columns = [
    'customer_id', 'first_name', 'last_name', 'email', 'has_loan', 'marketing_opt_in', 'joined_on', 'loaded_at'
] -%}

-- depends_on: {{ ref('raw_customers') }}, the seed that fills the source

with delivered as (

    select {{ delivered_columns | join(', ') }} from {{ source('core_banking', 'raw_customers') }}
    union all
    select {{ delivered_columns | join(', ') }} from {{ ref('raw_customers_grown') }}

)

-- What cannot be read is null here; _staging.yml says which lines may pass.
select
    upper({{ clean_text('customer_id') }}) as customer_id,
    {{ clean_name('first_name') }} as first_name,
    {{ clean_name('last_name') }} as last_name,
    lower({{ clean_text('email') }}) as email,
    {{ clean_boolean('has_loan') }} as has_loan,
    coalesce({{ clean_boolean('marketing_opt_in') }}, 0) as marketing_opt_in,
    {{ clean_date('joined_on') }} as joined_on,
    loaded_at,
    {{ as_delivered(delivered_columns) }} as delivered_line
from delivered
