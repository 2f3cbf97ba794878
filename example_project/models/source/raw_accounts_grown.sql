with recursive room as (

    select {{ var('grow_to') }} - count(distinct account_id) as accounts
    from {{ ref('raw_accounts') }}

),

numbers as (

    select 1 as n from room where accounts > 0
    union all
    select n + 1 from numbers where n < (select accounts from room)

),

lines as (

    select
        n,
        -- True for exactly `change` numbers, at equal distances.
        (n * {{ var('change') }}) % (select accounts from room) < {{ var('change') }} as is_changed
    from numbers

)

select
    'G' || n as account_id,
    'GC' || ((n + 1) / 2) as customer_id,
    case n % 3 when 0 then 'savings' when 1 then ' Checking' else 'SAVINGS ' end as account_type,
    cast((n * 7919) % 90000 + is_changed * 100 as text) || '.50' as balance,
    '2025-0' || (n % 9 + 1) || '-15' as opened_on,
    case when is_changed then '2026-03-04 06:00:00' else '2026-03-03 06:00:00' end as loaded_at
from lines
