select * from {{ source('s', 't') }} join {{ source('s','u') }} -- {{ ref('a') }}
{# {{ ref('zzz') }} #} {% raw %}{{ ref('raw') }}{% endraw %}