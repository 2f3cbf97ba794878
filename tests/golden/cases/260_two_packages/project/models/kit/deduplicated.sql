{{ kitbag.deduplicate(ref('people'), partition_by='first', order_by='id desc') }}
