select id from {{ ref('mb') }}
