
  select kind, max(from_at) as newest from main."wrong" group by kind having max(from_at) is null or (julianday(date('now')) - julianday(date(max(from_at)))) > 1
