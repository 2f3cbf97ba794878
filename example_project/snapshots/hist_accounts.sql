{% snapshot hist_accounts %}

select
    account_id,
    customer_id,
    account_type,
    balance_cents,
    opened_on,
    loaded_at
from {{ newest_lines(ref('stg_accounts'), 'account_id') }}

{% endsnapshot %}
