
  
select 'columns are id, kind, amount, other, flag, lat, lon, note, code, low, up, email, url, uuid, digits, day, from_at, to_at, maybe, never, parent, day_no, blank' as problem
