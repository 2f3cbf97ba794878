
  
select 'id is INT' as problem
