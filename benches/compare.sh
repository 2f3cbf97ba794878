#!/usr/bin/env bash
# Measures parse, compile and build of a project with forge and, if there is one, with dbt, and prints a Markdown table:
# medians of wall time, CPU time (user and system) and peak memory, and from where to where the runs went.
#
#   benches/compare.sh [PROJECT_DIR | N]     N: generate a project of N models (default 1000)
#
#   RUNS=3      runs of forge and sqlite3 per figure
#   DBT_RUNS=1  runs of dbt per figure: it is slow
#   FORGE=path  binary to measure; default: build one with `cargo build --release`
#   DBT=path    dbt to compare with; default: the dbt on PATH; DBT=none: none
#   GEN=path    generator, called as `GEN N OUT_DIR`; default: benches/gen_project.sh
#
# The limit of a build is the engine: where sqlite3 and python3 are installed, the statements of forge's build, taken from
# target/run, are piped into one sqlite3 process with forge's pragmas, one transaction a model. Seeds are loaded before
# and count for neither side of that line.
#
# Each tool works in a copy of its own. Every build is a first build: databases are removed before it. dbt parses with
# --no-partial-parse; its compile and build may use the parse cache that the runs before them have left.
set -euo pipefail
export LC_ALL=C DO_NOT_TRACK=1 DBT_SEND_ANONYMOUS_USAGE_STATS=false

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
what=${1:-1000}
runs=${RUNS:-3}
dbt_runs=${DBT_RUNS:-1}

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
exec 3>&2 # the terminal, also where stderr is being measured
. "$here/measure.sh"

find_project() {
    if [[ $what =~ ^[0-9]+$ ]]; then
        project=$scratch/project
        "${GEN:-$here/gen_project.sh}" "$what" "$project" >&2
    else
        project=$what
    fi
    [[ -f $project/dbt_project.yml ]] || fail "no dbt_project.yml in $project"
}

# copy_for TOOL: a copy of the project for one tool. dbt needs a profile; forge takes the project as it is.
copy_for() {
    local copy=$scratch/$1
    mkdir -p "$copy"
    tar -C "$project" --exclude=./target --exclude='*.db' --exclude='*.db-*' -cf - . | tar -C "$copy" -xf -
    [[ $1 == dbt && ! -f $copy/profiles.yml ]] || return 0
    local profile
    profile=$(sed -n 's/^profile: *"\{0,1\}\([A-Za-z0-9_]*\).*/\1/p' "$copy/dbt_project.yml")
    cat > "$copy/profiles.yml" <<EOF
$profile:
  target: dev
  outputs:
    dev:
      type: sqlite
      threads: 1
      database: database
      schema: main
      schemas_and_paths: {main: $copy/main.db}
      schema_directory: $copy
EOF
}

run_all() {
    local tool=$1 binary=$2 count=$3
    copy_for "$tool"
    cd "$scratch/$tool"
    local flags=()
    [[ $tool == dbt ]] && flags=(--no-partial-parse)
    bench "$tool" parse "$count" true "$binary" parse ${flags[@]+"${flags[@]}"}
    bench "$tool" compile "$count" true "$binary" compile
    bench "$tool" build "$count" no_databases "$binary" build
    cd - > /dev/null
}

# The engine's own time: what forge ran, in the order in which it did, without forge.
run_engine() {
    command -v sqlite3 > /dev/null && command -v python3 > /dev/null || return 0
    cd "$scratch/forge"
    keep_seeded
    local database
    database=$(find . -maxdepth 1 -name '*.db' | head -n 1)
    if [[ -n $database ]]; then
        bench forge models "$runs" seeded "$forge" build --exclude resource_type:seed
        # Tests that share a scan leave no statement of their own.
        seeded
        "$forge" --quiet build --exclude resource_type:seed --no-batch-tests > /dev/null
        statements > "$scratch/statements.sql"
        bench sqlite3 models "$runs" seeded bash -c "sqlite3 -bail '$database' < '$scratch/statements.sql'"
    fi
    cd - > /dev/null
}

report() {
    local models
    models=$(find "$project" -path '*/models/*' -name '*.sql' | wc -l | tr -d ' ')
    echo
    echo "$models models; medians of $runs runs of forge and sqlite3, $dbt_runs of dbt, in brackets from where to where; $(machine)"
    echo "$("$forge" --version 2>/dev/null | head -n 1)${dbt:+; dbt $("$dbt" --version 2>/dev/null | sed -n 's/.*installed: *//p' | head -n 1)}"
    echo
    echo "| | forge wall | forge CPU | forge peak | ${dbt:+dbt wall | dbt CPU | dbt peak | CPU ratio |}"
    echo "|---|--:|--:|--:|${dbt:+--:|--:|--:|--:|}"
    # Seconds are rounded to the nearest, ratios of forge's favour down.
    awk -v with_dbt="${dbt:+1}" '
        function mib(m) { return m == "-" ? "–" : sprintf("%.0f MiB", m) }
        function cells(tool, v) {
            return sprintf(" %.3f s (%s) | %.3f s (%s) | %s |",
                f[tool, v, 3], f[tool, v, 6], f[tool, v, 4], f[tool, v, 7], mib(f[tool, v, 5]))
        }
        { for (at = 3; at <= 7; at++) f[$1, $2, at] = $at; seen[$1, $2] = 1 }
        END {
            count = split("parse compile build", order, " ")
            for (i = 1; i <= count; i++) {
                v = order[i]
                line = "| " v " |" cells("forge", v)
                if (with_dbt) line = line cells("dbt", v) sprintf(" %d× |", f["dbt", v, 4] / f["forge", v, 4])
                print line
            }
            if (!seen["sqlite3", "models"]) exit
            print "\nModels and tests on loaded seeds, beside the same statements in one sqlite3 process:\n"
            print "| | wall | CPU | peak |\n|---|--:|--:|--:|"
            print "| forge build |" cells("forge", "models")
            print "| sqlite3 |" cells("sqlite3", "models")
            printf "\nforge needs %.2f times the wall and %.2f times the CPU time of sqlite3.\n",
                f["forge", "models", 3] / f["sqlite3", "models", 3], f["forge", "models", 4] / f["sqlite3", "models", 4]
        }' "$scratch/results"
}

find_project
find_tools
run_all forge "$forge" "$runs"
run_engine
[[ -z $dbt ]] || run_all dbt "$dbt" "$dbt_runs"
report
