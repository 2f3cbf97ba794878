select 
nullif(id, '') as id,
nullif(first, '') as first,
nullif(last, '') as last,
nullif(email, '') as email,
nullif(born, '') as born,
nullif(seen_at, '') as seen_at,
nullif(phone, '') as phone,
nullif(city, '') as city,
nullif(spent, '') as spent,
nullif(budget, '') as budget,
nullif(changed, '') as changed
from main."people"