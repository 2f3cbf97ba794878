{%- set delivered_columns = [
    'customer_id', 'first_name', 'last_name', 'email', 'has_loan', 'marketing_opt_in', 'joined_on', 'loaded_at'
] -%}

-- depends_on: {{ ref('raw_customers') }}, the seed that fills the source

with delivered as (

    select {{ delivered_columns | join(', ') }} from {{ source('core_banking', 'raw_customers') }}
    union all
    select {{ delivered_columns | join(', ') }} from {{ ref('raw_customers_grown') }}

),

cleaned as (

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

),

numbered as (

    select
        *,
        row_number() over (partition by customer_id, loaded_at order by delivered_line) as copy
    from cleaned

)

select
    customer_id,
    first_name,
    last_name,
    email,
    has_loan,
    marketing_opt_in,
    joined_on,
    loaded_at,
    case
        when customer_id is null then 'customer_id is missing'
        when first_name is null or last_name is null then 'name is missing'
        when has_loan is null then 'has_loan is neither yes nor no'
        when joined_on is null then 'joined_on is not a date'
        when copy > 1 then 'delivered twice'
    end as reject_reason,
    delivered_line
from numbered
