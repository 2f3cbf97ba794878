{# How a snapshot sees that a row has changed. A strategy is a macro snapshot_<name>_strategy(node, snapshotted_rel, current_rel, model_config, target_exists) that returns unique_key, updated_at, row_changed, scd_id, hard_deletes and invalidate_hard_deletes; projects and packages add their own, strategy_dispatch(name) finds them by `name` or `package.name`. #}

{% macro strategy_dispatch(name) -%}
  {%- set place = context -%}
  {%- set strategy = name -%}
  {%- if '.' in name -%}
    {%- set package_name, strategy = name.split('.', 1) -%}
    {%- if package_name not in context -%}
      {%- do exceptions.raise_compiler_error("the snapshot strategy `" ~ name ~ "` names the package `" ~ package_name ~ "`, which does not exist") -%}
    {%- endif -%}
    {%- set place = context[package_name] -%}
  {%- endif -%}
  {%- set macro_name = 'snapshot_' ~ strategy ~ '_strategy' -%}
  {%- if macro_name not in place -%}
    {%- do exceptions.raise_compiler_error("the snapshot strategy `" ~ name ~ "` does not exist: there is no macro `" ~ macro_name ~ "`") -%}
  {%- endif -%}
  {{ return(place[macro_name]) }}
{%- endmacro %}

{% macro snapshot_timestamp_strategy(node, snapshotted_rel, current_rel, model_config, target_exists) %}
  {% set columns = snapshot_meta_columns() %}
  {% set updated_at = config.get('updated_at') %}
  {# The snapshot's own column on both sides: updated_at can be an expression, and is not in the table when the strategy was another one before. What had no time yet is older than what has one. #}
  {% set old, new = snapshotted_rel ~ "." ~ columns.dbt_updated_at, current_rel ~ "." ~ columns.dbt_updated_at %}
  {% set row_changed = "(" ~ old ~ " < " ~ new ~ " or (" ~ old ~ " is null and " ~ new ~ " is not null))" %}
  {{ return(snapshot_strategy(updated_at, row_changed)) }}
{% endmacro %}

{% macro snapshot_check_strategy(node, snapshotted_rel, current_rel, model_config, target_exists) %}
  {% set updated_at = config.get('updated_at') or snapshot_get_time() %}
  {% set column_added, check_cols = snapshot_check_all_get_existing_columns(node, target_exists, config.get('check_cols')) %}
  {% set changes = [] %}
  {% for column in check_cols %}
    {% set old, new = snapshotted_rel ~ "." ~ column, current_rel ~ "." ~ column %}
    {% do changes.append(old ~ " != " ~ new ~ " or (" ~ old ~ " is null and " ~ new ~ " is not null) or (" ~ old ~ " is not null and " ~ new ~ " is null)") %}
  {% endfor %}
  {{ return(snapshot_strategy(updated_at, "(" ~ (get_true_sql() if column_added else changes | join(" or ")) ~ ")")) }}
{% endmacro %}

{# What the built-in strategies have in common; updated_at, row_changed. #}
{% macro snapshot_strategy(updated_at, row_changed) %}
  {% set unique_key = config.get('unique_key') %}
  {% set hard_deletes = adapter.get_hard_deletes_behavior(config) %}
  {{ return({
    "unique_key": unique_key,
    "updated_at": updated_at,
    "row_changed": row_changed,
    "scd_id": snapshot_hash_arguments(api.Relation.scd_args(unique_key, updated_at)),
    "invalidate_hard_deletes": hard_deletes == 'invalidate',
    "hard_deletes": hard_deletes
  }) }}
{% endmacro %}

{# Which of the columns to check are in the snapshot's table, quoted, and whether one is not: (added, columns). #}
{% macro snapshot_check_all_get_existing_columns(node, target_exists, check_cols_config) -%}
  {%- if not target_exists -%}
    {{ return((false, [])) }}
  {%- endif -%}
  {%- if check_cols_config == 'all' -%}
    {%- set wanted = get_columns_in_query(node['compiled_code']) -%}
  {%- elif check_cols_config is iterable and check_cols_config is not string and check_cols_config -%}
    {# Asked of the query, for the spelling that the database gives the names. #}
    {%- set wanted = get_columns_in_query("select " ~ (check_cols_config | join(', ')) ~ " from (\n" ~ node['compiled_code'] ~ "\n) as checked") -%}
  {%- else -%}
    {%- do exceptions.raise_compiler_error("`check_cols` is `all` or a list of columns, not `" ~ check_cols_config ~ "`") -%}
  {%- endif -%}
  {%- set table = adapter.get_relation(database=node.database, schema=node.schema, identifier=node.alias) -%}
  {%- set present = adapter.get_columns_in_relation(table) | map(attribute='name') | map('lower') | list -%}
  {%- set quoted = [] -%}
  {%- for name in wanted if name | lower in present -%}
    {%- do quoted.append(adapter.quote(name)) -%}
  {%- endfor -%}
  {{ return((quoted | length < wanted | length, quoted)) }}
{%- endmacro %}

{% macro snapshot_hash_arguments(args) -%}
  {{ adapter.dispatch('snapshot_hash_arguments', 'dbt')(args) }}
{%- endmacro %}

{% macro default__snapshot_hash_arguments(args) -%}
    md5({{ snapshot_hash_text(args) }})
{%- endmacro %}

{# The texts of all arguments with bars between. #}
{% macro snapshot_hash_text(args) -%}
    {%- for arg in args -%}
    coalesce(cast({{ arg }} as varchar), ''){{ " || '|' || " if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{% macro snapshot_string_as_time(timestamp) -%}
  {{ adapter.dispatch('snapshot_string_as_time', 'dbt')(timestamp) }}
{%- endmacro %}

{% macro default__snapshot_string_as_time(timestamp) %}
  {% do exceptions.raise_not_implemented('`snapshot_string_as_time` is not implemented on ' ~ adapter.type()) %}
{% endmacro %}

{% macro get_true_sql() %}
  {{ adapter.dispatch('get_true_sql', 'dbt')() }}
{% endmacro %}

{% macro default__get_true_sql() %}
  {{ return('TRUE') }}
{% endmacro %}
