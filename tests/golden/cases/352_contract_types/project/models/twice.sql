select n, n from {{ ref('typed') }}
