{{ config(materialized='incremental', incremental_strategy='microbatch', event_time='ts', batch_size='day', begin='2024-01-01', lookback=0) }}
select id, ts, '{{ model.batch.id }}' as batch_id from {{ source('s', 'ev') }}
