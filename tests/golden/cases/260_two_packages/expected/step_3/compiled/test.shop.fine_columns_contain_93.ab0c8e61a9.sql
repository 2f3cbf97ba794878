
  
select 'none' as problem where 1 = 0
