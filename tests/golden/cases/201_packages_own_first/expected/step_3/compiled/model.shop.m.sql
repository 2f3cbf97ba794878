
select 'root' as who, 'root_global' as g, 'root_global_both' as both_