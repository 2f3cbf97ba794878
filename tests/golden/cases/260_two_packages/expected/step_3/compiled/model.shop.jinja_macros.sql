select '
hello_world_2x _2nd-place customer_order_id customerOrderId
[[1, 2], [3, 4], [5]] [1, 2, 3, 4, 5] [1, 2]
[1, 3] [2, 3] [(1, 2), (1, 3), (2, 3)]
{"1": "p", "2": "q"} {"v": "k"} {"a": {"b": 1, "c": 4}, "d": 3, "e": 5}
7 none ann,bob,cyd
{"x": [{"city": "x", "name": "ann"}, {"city": "x", "name": "cyd"}], "y": [{"city": "y", "name": "bob"}]} {"a": 1, "b": 2}
3.5 [1, 3, 6] 0 empty
1st 2nd 3rd 4th 11th 12th 21st 103rd 1 row 2 rows 0 cities
512.0 B 1.2 MB True False False
main.people x
  a
  b
29 2026-02-28 2025-11 2025-12 2026-01 2026-02
' as t