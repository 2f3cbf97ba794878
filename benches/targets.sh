#!/usr/bin/env bash
# Measures what the README's table of targets says, and prints that table: medians, and from where to where the runs went.
#
#   benches/targets.sh
#
#   RUNS=5          runs per figure
#   FORGE=path      binary to measure; default: build one with `cargo build --release`
#   DBT=path        dbt to compare with; default: the dbt on PATH; DBT=none: none
#   SIZES="1000 3000 10000 30000"   projects that are parsed; the first is compiled and built too, and what `ls` selects
#                                   is measured in that of 10000
#   ROWS=10000000   rows of the large model
#
# Wants sqlite3 and python3. Every figure and what it is compared with are measured in turns, in one go.
set -euo pipefail
export LC_ALL=C DO_NOT_TRACK=1 DBT_SEND_ANONYMOUS_USAGE_STATS=false

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
runs=${RUNS:-5}
sizes=${SIZES:-1000 3000 10000 30000}
rows=${ROWS:-10000000}

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
exec 3>&2 # the terminal, also where stderr is being measured
. "$here/measure.sh"

command -v sqlite3 > /dev/null && command -v python3 > /dev/null || fail "sqlite3 and python3 are needed"
find_tools

# of TOOL VERB FIELD: a figure of $scratch/results: 3 wall, 4 CPU, 5 peak, 6 the spread of the wall time.
of() { awk -v t="$1" -v v="$2" -v f="$3" '$1 == t && $2 == v {print $f}' "$scratch/results" | tail -n 1; }
calc() { awk "BEGIN {printf \"$1\", $2}"; }
seconds() { printf '%.3f s (%s), %.2f s CPU, %.0f MiB' "$(of "$1" "$2" 3)" "$(of "$1" "$2" 6)" "$(of "$1" "$2" 4)" "$(of "$1" "$2" 5)"; }
row() { echo "| $1 | $2 | $3 |" >> "$scratch/table"; }

# in_turns VERB BEFORE -- FORGE_CMD -- OTHER_CMD: both, one after the other, as often as the runs say.
in_turns() {
    local verb=$1 before=$2 mine other
    shift 3
    mine=(); while [[ $1 != -- ]]; do mine+=("$1"); shift; done
    shift; other=("$@")
    : > "$scratch/mine"; : > "$scratch/other"
    for (( i = 0; i < runs; i++ )); do
        "$before"; measure "${mine[@]}" >> "$scratch/mine"
        "$before"; measure "${other[@]}" >> "$scratch/other"
    done
    summed_up mine "$verb" "$scratch/mine"
    summed_up other "$verb" "$scratch/other"
}

starting() {
    mkdir -p "$scratch/empty/models"
    echo 'name: empty' > "$scratch/empty/dbt_project.yml"
    cd "$scratch/empty"
    local i
    for (( i = 0; i < runs; i++ )); do
        start "$forge" --version >> "$scratch/version"
        start "$forge" ls --quiet >> "$scratch/ls"
        start /bin/true >> "$scratch/true"
    done
    told() { calc '%.1f ms (%.1f–%.1f)' "$(sort -n "$1" | awk '{v[NR] = $1 * 1000} END {print v[int((NR + 1) / 2)] ", " v[1] ", " v[NR]}')"; }
    row '`forge --version`' 'under 10 ms' "$(told "$scratch/version"); \`true\` $(told "$scratch/true")"
    row '`forge ls` on an empty project' 'under 10 ms' "$(told "$scratch/ls")"
}

parsing() {
    local size growth=''
    for size in $sizes; do
        "${GEN:-$here/gen_project.sh}" "$size" "$scratch/p$size" > /dev/null
        cd "$scratch/p$size"
        bench forge "parse$size" "$runs" true "$forge" parse --quiet
        growth+="${growth:+, }$size: $(calc '%.2f s' "$(of forge "parse$size" 3)")"
    done
    local first=${sizes%% *}
    if [[ -n $dbt ]]; then
        cp -R "$scratch/p$first" "$scratch/dbt"
        cd "$scratch/dbt"
        rm -rf target
        profile_for_dbt
        bench dbt "parse$first" 1 true "$dbt" parse --no-partial-parse
        local ratio
        ratio="; dbt $(calc '%.1f s CPU, %d times as much' "$(of dbt "parse$first" 4), $(of dbt "parse$first" 4) / $(of forge "parse$first" 4)")"
    fi
    row "parse and manifest, $first models with their tests and properties" 'under 150 ms; 150 times less CPU than dbt-core' \
        "$(seconds forge "parse$first")${ratio:-}"
    if [[ " $sizes " == *" 10000 "* ]]; then
        row 'the same with 10,000 models' 'under 1 s and 300 MB' "$(seconds forge parse10000)"
    fi
    row 'growth of parsing' 'linear' "$growth"
}

profile_for_dbt() {
    cat > profiles.yml <<YML
synth:
  target: dev
  outputs:
    dev: {type: sqlite, threads: 1, database: database, schema: main, schemas_and_paths: {main: $PWD/main.db}, schema_directory: $PWD}
YML
}

compiling() {
    local first=${sizes%% *}
    cd "$scratch/p$first"
    bench forge compile "$runs" true "$forge" compile --variant both --quiet
    row "compile everything, both variants, $first models" 'twice the time of parsing' \
        "$(seconds forge compile): $(calc '%.2f times' "$(of forge compile 3) / $(of forge "parse$first" 3)")"
}

selecting() {
    [[ -d $scratch/p10000 ]] || return 0
    cd "$scratch/p10000"
    "$forge" parse --quiet
    cp -R target "$scratch/state"
    local changed
    changed=$(find models/staging -name '*.sql' | sort | sed -n 1p)
    echo 'where 1 = 1' >> "$changed"
    bench forge ls "$runs" true "$forge" ls --quiet --select tag:marts
    bench forge modified "$runs" true "$forge" ls --quiet --select state:modified+ --state "$scratch/state"
    row '`ls` with a selector, 10,000 models' 'under 1 s' "$(seconds forge ls)"
    row '`ls --select state:modified+`, 10,000 models' 'under 1.5 s' "$(seconds forge modified)"
}

building() {
    local first=${sizes%% *} database
    cd "$scratch/p$first"
    keep_seeded
    database=$(find . -maxdepth 1 -name '*.db' | head -n 1)
    # Tests that share a scan leave no statement of their own.
    "$forge" --quiet build --exclude resource_type:seed --no-batch-tests > /dev/null
    statements > "$scratch/statements.sql"
    in_turns build seeded -- "$forge" build --quiet --exclude resource_type:seed \
        -- bash -c "sqlite3 -bail '$database' < '$scratch/statements.sql'"
    row "build of $first models and their tests" "1.15 times \`sqlite3\`" \
        "$(seconds mine build); sqlite3 $(calc '%.3f s: %.2f times' "$(of other build 3), $(of mine build 3) / $(of other build 3)")"
}

# project NAME: an empty project of this name, entered.
project() {
    mkdir -p "$scratch/$1/models"
    cd "$scratch/$1"
    echo "name: $1" > dbt_project.yml
}

large() {
    project large
    cat > models/large.sql <<SQL
{{ config(materialized='table') }}
with recursive n(i) as (select 1 union all select i + 1 from n where i < $rows)
select i as id, i % 100 as kind, i * 0.5 as amount, 'row ' || i as label from n
SQL
    "$forge" --quiet run > /dev/null
    statements > "$scratch/large.sql"
    local count=$runs
    runs=3
    in_turns large no_databases -- "$forge" run --quiet -- bash -c "sqlite3 -bail large.db < '$scratch/large.sql'"
    runs=$count
    row "a model of $rows rows" '1.05 times `sqlite3`; flat memory' \
        "$(seconds mine large); sqlite3 $(calc '%.3f s, %.0f MiB: %.2f times' "$(of other large 3), $(of other large 5), $(of mine large 3) / $(of other large 3)")"
}

incremental() {
    project accounts
    cat > models/accounts.sql <<'SQL'
{{ config(materialized='incremental', unique_key='id', indexes=[{'columns': ['id'], 'unique': true}, {'columns': ['updated_at']}]) }}
select id, balance, updated_at from {{ source('bank', 'accounts') }}
{% if is_incremental() %} where updated_at > (select max(updated_at) from {{ this }}){% endif %}
SQL
    echo 'sources: [{name: bank, schema: main, tables: [{name: accounts, identifier: raw_accounts}]}]' > models/sources.yml
    sqlite3 accounts.db "
        create table raw_accounts (id integer primary key, balance real, updated_at text);
        create index raw_accounts_updated on raw_accounts (updated_at);
        with recursive n(i) as (select 1 union all select i + 1 from n where i < 50000)
        insert into raw_accounts select i, i * 0.5, '2026-01-01' from n;"
    "$forge" --quiet run --full-refresh > /dev/null
    local full part
    full=$(steps)
    sqlite3 accounts.db "update raw_accounts set balance = balance + 1, updated_at = '2026-01-02' where id % 1064 = 1;"
    "$forge" --quiet run > /dev/null
    part=$(steps)
    row 'incremental run, 50,000 accounts of which 47 changed' '50 times less work than the full refresh' \
        "$part steps of the engine for $full: $(calc '%.0f times less' "$full / $part")"
}

# steps: what the engine did for the model in the last run.
steps() {
    "$forge" --quiet cost --output json | python3 -c '
import json, sys
found = json.load(sys.stdin)
print(max(found[0]["runs"], key=lambda run: run["ended_at"])["steps"])'
}

cores() {
    project cores
    local name
    for name in a b; do
        cat > "models/$name.sql" <<'SQL'
{{ config(materialized='table') }}
with recursive n(i) as (select 1 union all select i + 1 from n where i < 5000000)
select count(*) as n, sum(i * i % 7) as total, max(abs(sin(i))) as top from n
SQL
    done
    in_turns cores no_databases -- "$forge" run --quiet --threads 2 -- "$forge" run --quiet --threads 1
    row 'two independent models that compute' 'two cores 1.7 times as fast as one' \
        "$(calc '%.3f s for %.3f s: %.2f times' "$(of mine cores 3), $(of other cores 3), $(of other cores 3) / $(of mine cores 3)")"
}

starting
parsing
compiling
selecting
building
large
incremental
cores
echo
echo "Medians of $runs runs, in brackets from where to where; $(machine); $("$forge" --version 2>/dev/null | head -n 1)"
echo
echo '| work | target | measured |'
echo '|---|---|---|'
cat "$scratch/table"
