{{ config(unique_key='id', updated_at='ts', hard_deletes='ignore') }}
{{ history('timestamp') }}
