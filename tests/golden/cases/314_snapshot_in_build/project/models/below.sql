select id, count(*) as versions from {{ ref('h') }} group by id
