
    
    

select
    who as unique_field,
    count(*) as n_records

from main."m_root"
where who is not null
group by who
having count(*) > 1


