

  select 1  


