with renamed as (select code as id, code as colour from main."typed")
select * from renamed