
select 'b' as who, 'root_global' as g, 'root_for_b' as both_ from main."m_c"