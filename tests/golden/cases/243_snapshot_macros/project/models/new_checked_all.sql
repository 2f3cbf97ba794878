{{ config(unique_key='id', updated_at='ts', hard_deletes='invalidate', check_cols='all') }}
{{ changes('check', ref('old_plain')) }}
