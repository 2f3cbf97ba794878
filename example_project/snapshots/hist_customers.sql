{% snapshot hist_customers %}

select
    customer_id,
    first_name,
    last_name,
    email,
    has_loan,
    marketing_opt_in,
    joined_on,
    loaded_at
from {{ newest_lines(ref('stg_customers'), 'customer_id') }}

{% endsnapshot %}
