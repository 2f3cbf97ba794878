"""Calls of `modules.*`: dates, time zones, regular expressions, iterators."""

D = "modules.datetime"


def everything():
    T = []
    dt=f"{D}.datetime(2024, 2, 29, 13, 5, 7, 123456)"; d=f"{D}.date(2024, 1, 31)"; td=f"{D}.timedelta(days=1, hours=2, seconds=3.5)"; tm=f"{D}.time(23, 59, 1)"
    for x in [dt,d]:
        for f in "aAbBcdHIjmMpSUwWxXyYZzfGuV%": T.append("{{ (%s).strftime('%%%s') }}"%(x,f))
        for a in ["year","month","day","isoformat()","weekday()","isoweekday()","isocalendar()","toordinal()","timetuple()[:6]","ctime()","replace(day=1)","replace(year=2020, month=2, day=29)"]: T.append("{{ (%s).%s }}"%(x,a))
        T+= ["{{ (%s) + (%s) }}"%(x,td),"{{ (%s) - (%s) }}"%(x,td),"{{ (%s) - (%s) }}"%(x,x),"{{ [%s] }}"%x,"{{ (%s) < (%s) }}"%(x,x),"{{ (%s) == (%s) }}"%(x,x),"{{ {%s: 1} }}"%x, "{{ '{:%%Y/%%m}'.format(%s) }}"%x, "{{ (%s) in [%s] }}"%(x,x), "{{ [%s, %s]|sort }}"%(x,x),"{{ (%s)|string|length }}"%x, "{{ (%s)|tojson }}"%x]
    for a in ["date()","time()","hour","microsecond","tzinfo","timestamp() is number","isoformat(' ')","isoformat(timespec='seconds')","utcoffset()","astimezone(modules.pytz.utc)", "replace(tzinfo=modules.pytz.utc)","replace(microsecond=0).isoformat()"]: T.append("{{ (%s).%s }}"%(dt,a))
    for a in ["days","seconds","microseconds","total_seconds()"]: T.append("{{ (%s).%s }}"%(td,a))
    for e in ["%s * 2","%s / 2","%s // 2","-%s","%s + %s","%s // %s","%s / %s","abs","%s > %s","%s == %s", "[%s]","%s %% %s"]:
        T.append("{{ "+e.replace("%s","("+td+")").replace('%%','%')+" }}")
    for a in ["isoformat()","hour","strftime('%H:%M')","replace(hour=1)"]: T.append("{{ (%s).%s }}"%(tm,a))
    T+= ["{{ %s.datetime.strptime('2024-03-01 10:00', '%%Y-%%m-%%d %%H:%%M') }}"%D,"{{ %s.datetime.fromisoformat('2024-03-01T10:00:00+02:00') }}"%D,"{{ %s.date.fromisoformat('2024-03-01') }}"%D,"{{ %s.datetime.combine(%s, %s) }}"%(D,d,tm),"{{ %s.datetime.fromtimestamp(0, modules.pytz.utc) }}"%D,"{{ %s.datetime.utcfromtimestamp(86400) }}"%D,"{{ %s.date.fromordinal(730000) }}"%D,"{{ %s.datetime.strptime('x', '%%Y') }}"%D,"{{ %s.date(2024, 13, 1) }}"%D,"{{ %s.datetime.min }}"%D,"{{ %s.date.max }}"%D,"{{ %s.date.fromisocalendar(2024, 5, 1) }}"%D,"{{ %s.timedelta(weeks=2) }}"%D,"{{ %s.timedelta(1) }}"%D]
    P="modules.pytz"
    for z in ["UTC","Europe/Berlin","US/Eastern","Asia/Kolkata","Nope/Nope"]:
        T+= ["{{ %s.timezone('%s') }}"%(P,z),"{{ %s.timezone('%s').localize(%s) }}"%(P,z,dt),"{{ %s.timezone('%s').localize(%s).utcoffset() }}"%(P,z,dt),"{{ %s.utc.localize(%s).astimezone(%s.timezone('%s')).strftime('%%Y-%%m-%%d %%H:%%M %%Z%%z') }}"%(P,dt,P,z),"{{ %s.timezone('%s').normalize(%s.timezone('%s').localize(%s) + %s) }}"%(P,z,P,z,dt,td),"{{ %s.timezone('%s').zone }}"%(P,z),"{{ (%s).replace(tzinfo=%s.timezone('%s')) }}"%(dt,P,z)]
    T+= ["{{ %s.utc }}"%P,"{{ %s.FixedOffset(90) }}"%P,"{{ 'UTC' in %s.all_timezones }}"%P,"{{ %s.common_timezones|length > 100 }}"%P,"{{ %s.country_names['de'] }}"%P,"{{ %s.country_timezones('ch') }}"%P]
    R="modules.re"
    for p,s in [("a(b)?c","xabcac"),("(?P<y>\\\\d{4})-(?P<m>\\\\d+)","on 2024-05 and 1999-12"),("[aeiou]","education"),("^x","abc"),("(","abc"),("\\\\s+"," a  b "),("(?i)AB","abAB")]:
        for f in ["match","search","fullmatch"]:
            for a in [" is none",".group()",".group(1)",".groups()",".span()",".start()",".groupdict()",".end(0)","[0]"]: T.append("{%% set m = %s.%s('%s', '%s') %%}{{ m%s }}"%(R,f,p,s,a))
        T+= ["{{ %s.findall('%s', '%s') }}"%(R,p,s),"{{ %s.sub('%s', '<\\\\g<0>>', '%s') }}"%(R,p,s),"{{ %s.sub('%s', '-', '%s', count=1) }}"%(R,p,s),"{{ %s.split('%s', '%s') }}"%(R,p,s),"{{ %s.split('%s', '%s', 1) }}"%(R,p,s),"{{ %s.subn('%s', 'z', '%s') }}"%(R,p,s),"{%% for m in %s.finditer('%s', '%s') %%}{{ m.group() }},{{ m.start() }};{%% endfor %%}"%(R,p,s),"{{ %s.compile('%s').pattern }}"%(R,p),"{{ %s.compile('%s', %s.IGNORECASE).findall('%s') }}"%(R,p,R,s),"{{ %s.escape('%s') }}"%(R,s)]
    I="modules.itertools"
    T+= ["{{ %s|list }}"%(I+x) for x in [".chain([1],[2])",".product('ab',[1,2])",".product([1,2],repeat=2)",".permutations([1,2,3],2)",".combinations('abc',2)",".combinations_with_replacement('ab',2)",".islice([1,2,3,4],1,3)",".islice('abcdef',0,none,2)",".zip_longest([1,2],[3],fillvalue=0)",".accumulate([1,2,3])",".compress('abc',[1,0,1])",".repeat(1,3)",".tee([1])",".starmap(range,[(1,3)])",".chain.from_iterable([[1],[2]])",".islice(modules.itertools.count(5),3)",".islice(modules.itertools.cycle('ab'),5)"]]
    return T
