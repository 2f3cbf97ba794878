
  select max(from_at) as newest from main."wrong" where 1 = 1 having max(from_at) is null or (julianday(date('now')) - julianday(date(max(from_at)))) > 1
