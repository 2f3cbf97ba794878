#!/usr/bin/env bash
# Writes a synthetic dbt project of N models, the same every time, that builds on SQLite.
#
#   benches/gen_project.sh N OUT_DIR [ROWS]
#
# Every ten models are one domain: four staging views over a source that a seed fills, three intermediate models
# (one ephemeral), three marts (two tables, one incremental); about three tests a model.
set -euo pipefail

n=${1:?usage: gen_project.sh N OUT_DIR [ROWS]}
out=${2:?usage: gen_project.sh N OUT_DIR [ROWS]}
rows=${3:-50}

[[ ! -e $out ]] || { echo "gen_project.sh: $out exists already" >&2; exit 2; }
mkdir -p "$out"/{seeds,macros,tests/generic,models/{staging,intermediate,marts}}
cd "$out"

cat > dbt_project.yml <<'EOF'
name: synth
version: "1.0.0"
config-version: 2
profile: synth
vars:
  states: [open, paid, sent, back]
models:
  synth:
    staging: {+materialized: view, +tags: [staging]}
    intermediate: {+materialized: view, +tags: [intermediate]}
    marts: {+materialized: table, +tags: [marts]}
EOF

cat > macros/amounts.sql <<'EOF'
{% macro from_cents(column) -%} round({{ column }} / 100.0, 2) {%- endmacro %}

{% macro state_counts(column) -%}
{%- for state in var('states') %}
    sum(case when {{ column }} = '{{ state }}' then 1 else 0 end) as {{ state }}_count{{ ',' if not loop.last }}
{%- endfor %}
{%- endmacro %}
EOF

cat > tests/generic/not_negative.sql <<'EOF'
{% test not_negative(model, column_name) %}
select {{ column_name }} from {{ model }} where {{ column_name }} < 0
{% endtest %}
EOF

cat > models/docs.md <<'EOF'
{% docs id %}
Key of the row.
{% enddocs %}

{% docs amount %}
Amount in whole units, two digits.
{% enddocs %}
EOF

states=(open paid sent back)
seed_count=$(( (n + 99) / 100 ))
for (( s = 0; s < seed_count; s++ )); do
    {
        echo "id,parent_id,name,state,cents,changed_at"
        for (( r = 1; r <= rows; r++ )); do
            printf '%d,%d, Name %d ,%s,%d,2026-01-%02d %02d:00:00\n' "$r" $(( (r * 7 + s) % rows + 1 )) "$r" \
                "${states[(r + s) % 4]}" $(( (r * 131 + s * 17) % 10000 )) $(( r % 28 + 1 )) $(( s % 24 ))
        done
    } > "seeds/raw_$s.csv"
done
{
    echo "sources:"
    echo "  - name: raw"
    echo "    schema: \"{{ target.schema }}\""
    echo "    tables:"
    for (( s = 0; s < seed_count; s++ )); do echo "      - {name: raw_$s, description: Delivered lines $s.}"; done
} > models/staging/_sources.yml

# model NAME LAYER: takes the SQL from stdin and opens its entry in the domain's property file.
model() {
    cat > "models/$2/$1.sql"
    cat >> "models/$2/_$domain.yml" <<EOF
  - name: $1
    description: Model $1 of domain $domain.
    columns:
      - name: id
        description: "{{ doc('id') }}"
        data_tests: [unique, not_null]
      - name: amount
        description: "{{ doc('amount') }}"
        data_tests: [$3]
EOF
}

made=0
for (( d = 0; made < n; d++ )); do
    domain=$(printf 'd%04d' "$d")
    source="raw_$(( d % seed_count ))"
    for layer in staging intermediate marts; do echo "models:" > "models/$layer/_$domain.yml"; done

    for (( i = 0; i < 10 && made < n; i++, made++ )); do
        case $i in
            [0-3]) model "stg_${domain}_$i" staging not_negative <<EOF ;;
-- depends_on: {{ ref('$source') }}
with delivered as (
    select * from {{ source('raw', '$source') }}
)
select
    id,
    parent_id,
    lower(trim(name)) as name,
    state,
    {{ from_cents('cents + $i') }} as amount,
    changed_at
from delivered
EOF
            4) model "int_${domain}_$i" intermediate not_null <<EOF ;;
{{ config(materialized='ephemeral') }}
select a.id, a.parent_id, a.state, a.amount + b.amount as amount, a.changed_at
from {{ ref('stg_${domain}_0') }} as a
inner join {{ ref('stg_${domain}_1') }} as b on b.id = a.id
EOF
            [5-6]) model "int_${domain}_$i" intermediate not_null <<EOF ;;
with joined as (
    select a.*, b.amount as other_amount
    from {{ ref('stg_${domain}_$(( i - 3 ))') }} as a
    left join {{ ref('int_${domain}_4') }} as b on b.id = a.parent_id
)
select id, parent_id, state, amount + coalesce(other_amount, 0) as amount, changed_at
from joined
EOF
            7) model "fct_${domain}_$i" marts not_negative <<EOF ;;
{{ config(materialized='incremental', unique_key='id') }}
select id, parent_id, state, amount, changed_at
from {{ ref('int_${domain}_5') }}
{% if is_incremental() %}
where changed_at > (select coalesce(max(changed_at), '') from {{ this }})
{% endif %}
EOF
            8) model "dim_${domain}_$i" marts not_negative <<EOF ;;
select a.id, a.state, a.amount + b.amount as amount
from {{ ref('int_${domain}_5') }} as a
inner join {{ ref('int_${domain}_6') }} as b on b.id = a.id
EOF
            9) model "dim_${domain}_$i" marts not_null <<EOF ;;
select
    parent_id as id,
    sum(amount) as amount,
    {{ state_counts('state') }}
from {{ ref('fct_${domain}_7') }}
group by parent_id
EOF
        esac
    done

    for layer in staging intermediate marts; do
        [[ $(wc -l < "models/$layer/_$domain.yml") -gt 1 ]] || rm "models/$layer/_$domain.yml"
    done
done
