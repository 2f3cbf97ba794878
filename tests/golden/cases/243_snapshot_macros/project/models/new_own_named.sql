{{ config(unique_key='id', updated_at='ts', hard_deletes='ignore') }}
{{ changes('shop.own', ref('old_plain')) }}
