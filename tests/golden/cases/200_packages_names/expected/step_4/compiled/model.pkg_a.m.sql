
select 'a' as who, 'root_global' as g, 'root_block_for_a a_own root_block_only a_block_own2 shared of a only in a' as both_