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

fail() { echo "compare.sh: $*" >&2; exit 2; }

find_project() {
    if [[ $what =~ ^[0-9]+$ ]]; then
        project=$scratch/project
        "${GEN:-$here/gen_project.sh}" "$what" "$project" >&2
    else
        project=$what
    fi
    [[ -f $project/dbt_project.yml ]] || fail "no dbt_project.yml in $project"
}

find_tools() {
    forge=${FORGE:-}
    if [[ -z $forge ]]; then
        cargo build --release --quiet --manifest-path "$here/../Cargo.toml"
        forge=$here/../target/release/forge
    fi
    forge=$(realpath "$(command -v "$forge")") || fail "no forge at ${FORGE:-$forge}"
    dbt=${DBT:-$(command -v dbt || true)}
    [[ $dbt == none ]] && dbt=
    [[ -z $dbt ]] || dbt=$(command -v "$dbt") || fail "no dbt at $DBT"
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

# measure CMD…: prints wall seconds, CPU seconds and peak MiB of one run; the last is "-" where nothing can tell it.
measure() {
    local log=$scratch/log figures=$scratch/figures begin=$EPOCHREALTIME
    if [[ $timer == gnu ]]; then
        /usr/bin/time -v -o "$figures" "$@" > "$log" 2>&1 || show_failure "$@"
    elif [[ $timer == python ]]; then
        python3 - "$figures" "$@" > "$log" 2>&1 <<'EOF' || show_failure "$@"
import resource, subprocess, sys, time
begin = time.perf_counter()
code = subprocess.call(sys.argv[2:])
wall = time.perf_counter() - begin
used = resource.getrusage(resource.RUSAGE_CHILDREN)
kib = used.ru_maxrss / 1024 if sys.platform == "darwin" else used.ru_maxrss
open(sys.argv[1], "w").write(f"{used.ru_utime + used.ru_stime} {kib} {wall}")
sys.exit(code)
EOF
    else
        local TIMEFORMAT='%U %S'
        { time "$@" > "$log" 2>&1 || show_failure "$@"; } 2> "$figures"
    fi
    local end=$EPOCHREALTIME
    case $timer in
        gnu) awk -F': ' '/(User|System) time/ {u += $2} /Maximum resident/ {m = $2} END {print u, m}' "$figures" ;;
        bash) awk '{print $1 + $2}' "$figures" ;;
        *) cat "$figures" ;;
    esac | awk -v begin="$begin" -v end="$end" \
        '{printf "%.3f %.3f %s\n", ($3 ? $3 : end - begin), $1, ($2 == "" ? "-" : sprintf("%.1f", $2 / 1024))}'
}

show_failure() {
    echo "compare.sh: failed: $*" >&3
    tail -n 20 "$scratch/log" >&3
    exit 1
}

# median FIELD: the middle of the column of what comes in.
median() { awk -v f="$1" '{print $f}' | sort -n | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'; }

# spread FIELD: the smallest and the largest of the column.
spread() { awk -v f="$1" '{print $f}' | sort -n | awk 'NR == 1 {a = $1} {b = $1} END {print a "–" b}'; }

# bench TOOL VERB RUNS BEFORE CMD…: appends medians and spread to $scratch/results; runs BEFORE before each run.
bench() {
    local tool=$1 verb=$2 count=$3 before=$4 samples=$scratch/samples
    shift 4
    : > "$samples"
    for (( i = 0; i < count; i++ )); do
        "$before"
        measure "$@" >> "$samples"
    done
    echo "$tool $verb $(median 1 < "$samples") $(median 2 < "$samples") $(median 3 < "$samples")" \
        "$(spread 1 < "$samples") $(spread 2 < "$samples")" >> "$scratch/results"
    echo "  $tool $verb: $(tail -n 1 "$scratch/results" | cut -d' ' -f3-)" >&2
}

no_databases() { find . -maxdepth 2 \( -name '*.db' -o -name '*.db-*' \) -delete; }
seeded() { no_databases; cp -R "$scratch/seeded/." .; }

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
    no_databases
    "$forge" --quiet seed > /dev/null
    mkdir -p "$scratch/seeded"
    find . -maxdepth 1 -name '*.db*' -exec cp {} "$scratch/seeded" \;
    local database
    database=$(find . -maxdepth 1 -name '*.db' | head -n 1)
    if [[ -n $database ]]; then
        bench forge models "$runs" seeded "$forge" build --exclude resource_type:seed
        statements > "$scratch/statements.sql"
        bench sqlite3 models "$runs" seeded bash -c "sqlite3 -bail '$database' < '$scratch/statements.sql'"
    fi
    cd - > /dev/null
}

statements() {
    python3 - <<'EOF'
import json, os
nodes = json.load(open("target/manifest.json"))["nodes"]
print("pragma journal_mode = wal; pragma synchronous = normal; pragma temp_store = memory; pragma cache_size = -65536;")
for result in json.load(open("target/run_results.json"))["results"]:
    node = nodes[result["unique_id"]]
    path = node["build_path"]
    if not path or not os.path.exists(path):
        continue
    text = open(path).read()
    print(text if node["resource_type"] == "test" else f"begin immediate;\n{text}\ncommit;")
EOF
}

machine() {
    local model
    model=$(sed -n 's/^model name[^:]*: *//p' /proc/cpuinfo 2>/dev/null | head -n 1)
    [[ -n $model ]] || model=$(sysctl -n machdep.cpu.brand_string 2>/dev/null || uname -m)
    echo "$(nproc 2>/dev/null || sysctl -n hw.ncpu) × $model, $(uname -sr)"
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

if /usr/bin/time -v true > /dev/null 2>&1; then timer=gnu
elif command -v python3 > /dev/null; then timer=python
else timer=bash
fi

find_project
find_tools
run_all forge "$forge" "$runs"
run_engine
[[ -z $dbt ]] || run_all dbt "$dbt" "$dbt_runs"
report
