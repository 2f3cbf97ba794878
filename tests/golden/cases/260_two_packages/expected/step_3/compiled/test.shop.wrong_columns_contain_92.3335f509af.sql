
  
select 'nothing' as problem
