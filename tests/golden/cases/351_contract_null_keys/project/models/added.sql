{{ config(materialized='incremental', on_schema_change='append_new_columns') }}
select {{ 'null' if is_incremental() else 1 }} as id, 'a' as t
