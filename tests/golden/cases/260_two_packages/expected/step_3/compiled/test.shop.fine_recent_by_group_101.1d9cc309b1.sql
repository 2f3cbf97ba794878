
  select kind, max(day) as newest from main."fine" group by kind having max(day) is null or (julianday(date('now')) - julianday(date(max(day)))) > 36500
