{{ config(unique_key='id', updated_at='ts', hard_deletes='ignore', check_cols=['name']) }}
{{ changes('check', ref('old_plain')) }}
