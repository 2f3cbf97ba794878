select id, coalesce(expected, '') as expected, {{ dbt.split_part('a', "coalesce(d, ' ')", 'n') }} as actual from {{ ref('s_split') }}
