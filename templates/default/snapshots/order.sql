{# Keeps the versions of a key in order before they are merged; staging, target_relation, strategy. A version begins at its updated_at. Where the history of its key reaches past that (the clock went back, a row that was gone returns as it was), it begins when this run saw it, and never before the history ends. Then its id is made anew, so that no two versions share one. #}

{% macro snapshot_order_versions(staging, target_relation, strategy) -%}
  {%- if run_query("select 1 from " ~ staging ~ " limit 1").rows -%}
  {{ adapter.dispatch('snapshot_order_versions', 'dbt')(staging, target_relation, strategy) }}
  {%- endif -%}
{%- endmacro %}

{% macro default__snapshot_order_versions(staging, target_relation, strategy) -%}
  {%- set columns = snapshot_meta_columns() -%}
  {%- set late = make_temp_relation(target_relation, '__dbt_late') -%}
  {%- do drop_relation_if_exists(late) -%}
  {%- call statement('snapshot_late_versions') %}
    {{ create_table_as(True, late, snapshot_late_versions(staging, target_relation, strategy)) }}
  {%- endcall -%}
  {%- if run_query("select 1 from " ~ late ~ " limit 1").rows -%}
    {%- set same_key = unique_key_join_on(strategy.unique_key, "late", "DBT_INTERNAL_DEST") | trim -%}
    {%- call statement('snapshot_order_versions') %}
    update {{ staging }} as DBT_INTERNAL_DEST
    set {{ columns.dbt_valid_from }} = late.begins,
        {{ columns.dbt_scd_id }} = {{ snapshot_hash_arguments(["DBT_INTERNAL_DEST." ~ columns.dbt_scd_id, "late.versions"]) }}
    from {{ late }} as late
    where DBT_INTERNAL_DEST.dbt_change_type = 'insert' and {{ same_key }};
    update {{ staging }} as DBT_INTERNAL_DEST
    set {{ columns.dbt_valid_to }} = late.begins
    from {{ late }} as late
    where DBT_INTERNAL_DEST.dbt_change_type = 'update' and {{ same_key }}
    {%- endcall -%}
  {%- endif -%}
  {%- if strategy.hard_deletes in ('invalidate', 'new_record') -%}
    {%- call statement('snapshot_order_deletes') %}
    update {{ staging }} as DBT_INTERNAL_DEST
    set {{ columns.dbt_valid_to }} = past.{{ columns.dbt_valid_from }}
    from {{ target_relation }} as past
    where DBT_INTERNAL_DEST.dbt_change_type = 'delete'
        and DBT_INTERNAL_DEST.{{ columns.dbt_scd_id }} = past.{{ columns.dbt_scd_id }}
        and {{ snapshot_is_current("past." ~ columns.dbt_valid_to) }}
        and DBT_INTERNAL_DEST.{{ columns.dbt_valid_to }} < past.{{ columns.dbt_valid_from }}
    {%- endcall -%}
  {%- endif -%}
  {%- do drop_relation_if_exists(late) -%}
{%- endmacro %}

{# New versions that would begin before the history of their key ends: key, begins, and how many versions there are. #}
{% macro snapshot_late_versions(staging, target_relation, strategy) -%}
  {%- set columns = snapshot_meta_columns() -%}
  {%- set keys = [] -%}
  {%- for key in ([strategy.unique_key] if strategy.unique_key is string else strategy.unique_key) -%}
    {%- do keys.append("dbt_unique_key" ~ ("" if strategy.unique_key is string else "_" ~ loop.index)) -%}
  {%- endfor -%}
  {%- set asked = "staged." ~ columns.dbt_valid_from -%}
  with past as (
      select {{ keys | join(', ') }}, count(*) as versions, max(reached) as reached
      from (
          select {{ unique_key_fields(strategy.unique_key) | trim }},
              case when {{ snapshot_is_current(columns.dbt_valid_to) }}
                  then {{ columns.dbt_valid_from }} else {{ columns.dbt_valid_to }} end as reached
          from {{ target_relation }}
      ) as versions
      group by {{ keys | join(', ') }}
  ),
  now as (
      select {{ snapshot_get_time() }} as seen_at
  )
  select staged.{{ keys | join(', staged.') }}, past.versions,
      case
          {%- if strategy.hard_deletes == 'new_record' %}
          when staged.{{ columns.dbt_is_deleted }} = 'True' then past.reached
          {%- endif %}
          when now.seen_at > past.reached then now.seen_at
          else past.reached
      end as begins
  from {{ staging }} as staged
  join past on {{ unique_key_join_on(strategy.unique_key, "past", "staged") | trim }}
  cross join now
  where staged.dbt_change_type = 'insert'
      and ({{ asked }} <= past.reached or ({{ asked }} is null and past.reached is not null))
{%- endmacro %}
