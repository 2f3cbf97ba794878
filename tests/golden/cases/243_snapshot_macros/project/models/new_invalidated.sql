{{ config(unique_key='id', updated_at='ts', hard_deletes='invalidate') }}
{{ changes('timestamp', ref('old_plain')) }}
