{{ config(materialized='incremental', incremental_strategy='microbatch', event_time='ts', batch_size='day', begin='2024-01-01', lookback=0,
          pre_hook="create table if not exists hooked_{{ model.batch.id }} as select 1 as x", post_hook="create table if not exists done_{{ model.batch.id }} as select 1 as x") }}
select id, ts, '{{ model.batch.id }}' as batch_id, '{{ is_incremental() }}' as inc,
  '{{ model.batch.event_time_start }}' as b_start, '{{ model.batch.event_time_end.strftime("%d.%m.%Y") }}' as b_end
from {{ source('s', 'ev') }}
{% if model.batch.id == var('bad', '20240103') %} where no_such_column {% endif %}
