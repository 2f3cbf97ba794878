{# Incremental strategies on SQLite, which has no MERGE: replace by key is the default when there is a key, merge is an update and an insert over pairs of rows found once, microbatch replaces the batch's period. #}

{# The default one under the engine's name, for the reason given in view.sql. #}
{% materialization incremental, adapter='sqlite' %}
  {{ return(dbt.materialization_incremental_default()) }}
{% endmaterialization %}

{# Replace by key as one text, under dbt-sqlite's name for it. #}
{% macro sqlite_incremental_upsert(tmp_relation, target_relation, unique_key=none, statement_name="main") %}
  {{ return(get_incremental_default_sql({
    'target_relation': target_relation,
    'temp_relation': tmp_relation,
    'unique_key': unique_key,
    'dest_columns': adapter.get_columns_in_relation(target_relation),
    'incremental_predicates': none
  })) }}
{% endmacro %}

{% macro sqlite__get_incremental_default_sql(arg_dict) %}
  {% if arg_dict["unique_key"] %}
    {% do return(get_incremental_delete_insert_sql(arg_dict)) %}
  {% endif %}
  {% do return(get_incremental_append_sql(arg_dict)) %}
{% endmacro %}

{# The pairs are kept aside because the update may change what the predicates look at, and because one old row must not have two new ones: every engine with a MERGE refuses that. #}
{% macro sqlite__get_merge_sql(target, source, unique_key, dest_columns, incremental_predicates=none) -%}
    {%- if not unique_key -%}
    {{ get_insert_into_sql(target, source, dest_columns) }}
    {%- else -%}
    {%- set update_columns = get_merge_update_columns(config.get('merge_update_columns'), config.get('merge_exclude_columns'), dest_columns) -%}
    {%- set pairs = make_temp_relation(target, '__dbt_merge') -%}
    {%- do run_query(get_drop_sql(pairs)) -%}
    {%- call statement('merge_pairs') %}
    create temporary table {{ pairs }} as
    select DBT_INTERNAL_SOURCE.rowid as source_row, DBT_INTERNAL_DEST.rowid as target_row
    from {{ source }} as DBT_INTERNAL_SOURCE
    join {{ target }} as DBT_INTERNAL_DEST on {{ merge_condition(unique_key, incremental_predicates) }}
    {%- endcall -%}
    {%- do sqlite__refuse_ambiguous_merge(target, source, unique_key, pairs) -%}
    {%- if update_columns %}
    update {{ target }} as DBT_INTERNAL_DEST set
        {% for column in update_columns -%}
        {{ column }} = DBT_INTERNAL_SOURCE.{{ column }}{{ ", " if not loop.last }}
        {%- endfor %}
    from {{ source }} as DBT_INTERNAL_SOURCE
    join {{ pairs }} as dbt_internal_pair on dbt_internal_pair.source_row = DBT_INTERNAL_SOURCE.rowid
    where dbt_internal_pair.target_row = DBT_INTERNAL_DEST.rowid;
    {%- endif %}
    {{ get_insert_into_sql(target, source, dest_columns) }}
    where DBT_INTERNAL_SOURCE.rowid not in (select source_row from {{ pairs }});
    {{ get_drop_sql(pairs) }}
    {%- endif -%}
{%- endmacro %}

{% macro sqlite__refuse_ambiguous_merge(target, source, unique_key, pairs) -%}
    {%- set keys = [unique_key] if unique_key is string else unique_key -%}
    {%- set first %}
    select DBT_INTERNAL_SOURCE.{{ keys | join(', DBT_INTERNAL_SOURCE.') }}
    from {{ source }} as DBT_INTERNAL_SOURCE
    join {{ pairs }} as dbt_internal_pair on dbt_internal_pair.source_row = DBT_INTERNAL_SOURCE.rowid
    group by dbt_internal_pair.target_row having count(*) > 1 limit 1
    {%- endset -%}
    {%- for row in run_query(first).rows -%}
        {%- do exceptions.raise_compiler_error("the new rows have the key " ~ (keys | join(', ')) ~ " = " ~ (row.values() | join(', ')) ~ " more than once, and " ~ target ~ " has one row to merge them into; make unique_key unique in the query") -%}
    {%- endfor -%}
{%- endmacro %}

{% macro sqlite__get_insert_overwrite_merge_sql(target, source, dest_columns, predicates, include_sql_header) -%}
    delete from {{ target }} as DBT_INTERNAL_DEST
    {%- if predicates %}
    where {{ predicates | join(' and ') }}
    {%- endif %};
    {{ get_insert_into_sql(target, source, dest_columns) }}
{%- endmacro %}

{# Moments are compared, not texts, so that a bare date or a `T` is in its own batch. The dates around it let an index on the column find the rows; what is no text (seconds since 1970) sorts before every text. #}
{% macro sqlite__get_incremental_microbatch_sql(arg_dict) %}
    {%- set predicates = [] -%}
    {%- do predicates.extend(arg_dict["incremental_predicates"] or []) -%}
    {%- if model.batch -%}
        {%- set event_time = 'DBT_INTERNAL_DEST.' ~ model.config.event_time -%}
        {%- set window = sqlite__in_window('datetime(' ~ event_time ~ ", 'auto')", model.batch, '%Y-%m-%d %H:%M:%S') -%}
        {%- do predicates.append('(' ~ sqlite__around_window(event_time, model.batch) ~ " or " ~ event_time ~ " < '')") -%}
        {%- do predicates.append(window) -%}
        {%- do sqlite__count_outside_batch(arg_dict["temp_relation"]) -%}
    {%- endif -%}
    {% do return(get_insert_overwrite_merge_sql(arg_dict["target_relation"], arg_dict["temp_relation"], arg_dict["dest_columns"], predicates)) %}
{% endmacro %}

{% macro sqlite__in_window(moment, batch, format) -%}
    {{ return(moment ~ " >= '" ~ batch.event_time_start.strftime(format) ~ "' and " ~ moment ~ " < '" ~ batch.event_time_end.strftime(format) ~ "'") }}
{%- endmacro %}

{# Offsets from UTC move a time by less than a day. #}
{% macro sqlite__around_window(event_time, batch) -%}
    {%- set day = modules.datetime.timedelta(days=1) -%}
    {{ return(event_time ~ " >= '" ~ (batch.event_time_start - day).strftime('%Y-%m-%d') ~ "' and " ~ event_time ~ " < '" ~ (batch.event_time_end + day + day).strftime('%Y-%m-%d') ~ "'") }}
{%- endmacro %}

{# New rows outside of the window of their batch, which its next run would not replace; forge reads the count. #}
{% macro sqlite__count_outside_batch(temp_relation) -%}
    {%- set moment = 'datetime(' ~ model.config.event_time ~ ", 'auto')" -%}
    {%- call statement('batch_outside', fetch_result=True) %}
    select count(*) from {{ temp_relation }} where ({{ sqlite__in_window(moment, model.batch, '%Y-%m-%d %H:%M:%S') }}) is not true
    {%- endcall -%}
{%- endmacro %}

{# A column without a declared type fits every type. #}
{% macro sqlite__diff_column_data_types(source_columns, target_columns) %}
  {%- set changes = [] -%}
  {#- The engine's own names for the types of a `create table as`. -#}
  {%- set same = {'int': 'integer', 'num': 'numeric'} -%}
  {%- for new in source_columns -%}
    {%- for old in target_columns if old.name == new.name -%}
      {%- set types = [same.get(old.dtype | lower, old.dtype | lower), same.get(new.dtype | lower, new.dtype | lower)] -%}
      {%- if types[0] != types[1] and '' not in types and 'unknown' not in types -%}
        {%- do changes.append({'column_name': old.name, 'new_type': new.dtype}) -%}
      {%- endif -%}
    {%- endfor -%}
  {%- endfor -%}
  {{ return(changes) }}
{% endmacro %}
