{{ config(materialized='ephemeral') }}

select
    customer_id,
    first_name || ' ' || last_name as customer_name,
    email,
    has_loan,
    marketing_opt_in,
    joined_on,
    loaded_at
from {{ ref('hist_customers') }}
where dbt_valid_to is null
