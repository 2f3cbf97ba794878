{{ config(unique_key='id', updated_at='ts', hard_deletes='ignore') }}
{{ changes('timestamp', ref('old_plain')) }}
