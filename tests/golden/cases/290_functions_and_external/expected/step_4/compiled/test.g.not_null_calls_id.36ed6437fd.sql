
    
    



select id
from main."calls"
where id is null


