{{ config(unique_key='id', updated_at='ts', hard_deletes='ignore') }}
{{ changes('own', ref('old_plain')) }}
