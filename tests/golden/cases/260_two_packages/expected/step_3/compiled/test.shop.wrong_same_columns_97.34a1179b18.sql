
  
select 'kind' as problem union all
select 'amount' as problem union all
select 'other' as problem union all
select 'flag' as problem union all
select 'lat' as problem union all
select 'lon' as problem union all
select 'note' as problem union all
select 'code' as problem union all
select 'low' as problem union all
select 'up' as problem union all
select 'email' as problem union all
select 'url' as problem union all
select 'uuid' as problem union all
select 'digits' as problem union all
select 'day' as problem union all
select 'from_at' as problem union all
select 'to_at' as problem union all
select 'maybe' as problem union all
select 'never' as problem union all
select 'parent' as problem union all
select 'day_no' as problem union all
select 'blank' as problem union all
select 'name' as problem
