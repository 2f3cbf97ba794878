
  select max(day) as newest from main."fine" where 1 = 1 having max(day) is null or (julianday(date('now')) - julianday(date(max(day)))) > 36500
