
  
select 'has 23 columns' as problem
