-- depends_on: main."parent"
select 10 as id, 1 as parent_id union all select 20, 7