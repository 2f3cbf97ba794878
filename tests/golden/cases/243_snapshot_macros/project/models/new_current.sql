{{ config(unique_key='id', updated_at='ts', hard_deletes='invalidate', dbt_valid_to_current="'9999-12-31'") }}
{{ changes('timestamp', ref('old_current')) }}
