{{ config(materialized='incremental', incremental_strategy='microbatch', event_time='ts', batch_size='hour', begin='2022-01-01') }}
select id, ts, '{{ model.batch.id }}' as batch_id, (select count(*) from {{ ref('stg').render() }}) as n_all
from {{ ref('stg') }}
