
    
    



select who
from main."m_root"
where who is null


