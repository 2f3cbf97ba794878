select * from main."m_root"
union all select * from main."m_a"
union all select * from main."m_b"
union all select who, 1, 2 from main."only_a"
union all select 'shared of root', 'shared of a', 'shared of b'
union all select 'root default dispatched', 'c macro', 'calls shared of root'
union all select 'undefined', '', ''