with renamed as (select code as id, code as colour from {{ ref('typed') }})
select * from renamed
