{{ config(unique_key='id', updated_at='ts', hard_deletes='ignore', snapshot_table_column_names={'dbt_valid_to': 'until', 'dbt_valid_from': 'since', 'dbt_scd_id': 'hash', 'dbt_updated_at': 'changed', 'dbt_is_deleted': 'gone'}) }}
{{ history('timestamp') }}
