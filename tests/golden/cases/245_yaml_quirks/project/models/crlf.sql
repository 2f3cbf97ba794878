select 1
-- {{ config(tags="x") }}
