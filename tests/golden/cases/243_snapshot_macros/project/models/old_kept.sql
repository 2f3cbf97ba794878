{{ config(unique_key=['id', 'part'], updated_at='ts', hard_deletes='new_record') }}
{{ history('timestamp') }}
