
  
select 'day_no' as problem union all
select 'blank' as problem
