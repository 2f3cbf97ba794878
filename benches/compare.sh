#!/usr/bin/env bash
# Measures parse, compile and build of a project with forge and, if there is one, with dbt, and prints a Markdown table.
#
#   benches/compare.sh [PROJECT_DIR | N]     N: generate a project of N models (default 1000)
#
#   RUNS=5      runs per figure; the table has medians
#   FORGE=path  binary to measure; default: build one with `cargo build --release`
#   DBT=path    dbt to compare with; default: the dbt on PATH; DBT=none: none
#   GEN=path    generator, called as `GEN N OUT_DIR`; default: benches/gen_project.sh
#
# Each tool works in a copy of its own. Every build is a first build: databases are removed before it. dbt parses with
# --no-partial-parse; its compile and build may use the parse cache that the runs before them have left.
set -euo pipefail
export LC_ALL=C DO_NOT_TRACK=1 DBT_SEND_ANONYMOUS_USAGE_STATS=false

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
what=${1:-1000}
runs=${RUNS:-5}
verbs=(parse compile build)

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

# measure CMD…: prints wall seconds, user seconds and peak MiB of one run; the last is "-" where nothing can tell it.
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
open(sys.argv[1], "w").write(f"{used.ru_utime} {kib} {wall}")
sys.exit(code)
EOF
    else
        local TIMEFORMAT=%U
        { time "$@" > "$log" 2>&1 || show_failure "$@"; } 2> "$figures"
    fi
    local end=$EPOCHREALTIME
    case $timer in
        gnu) awk -F': ' '/User time/ {u = $2} /Maximum resident/ {m = $2} END {print u, m}' "$figures" ;;
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

# bench TOOL VERB CMD…: appends the medians to $scratch/results.
bench() {
    local tool=$1 verb=$2 samples=$scratch/samples
    shift 2
    : > "$samples"
    for (( i = 0; i < runs; i++ )); do
        if [[ $verb == build ]]; then
            find "$scratch/$tool" -maxdepth 2 \( -name '*.db' -o -name '*.db-*' \) -delete
        fi
        measure "$@" >> "$samples"
    done
    echo "$tool $verb $(median 1 < "$samples") $(median 2 < "$samples") $(median 3 < "$samples")" >> "$scratch/results"
    echo "  $tool $verb: $(tail -n 1 "$scratch/results" | cut -d' ' -f3-)" >&2
}

run_all() {
    local tool=$1 binary=$2
    copy_for "$tool"
    cd "$scratch/$tool"
    for verb in "${verbs[@]}"; do
        local flags=()
        [[ $tool == dbt && $verb == parse ]] && flags=(--no-partial-parse)
        bench "$tool" "$verb" "$binary" "$verb" ${flags[@]+"${flags[@]}"}
    done
    cd - > /dev/null
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
    echo "$models models; medians of $runs runs; $(machine)"
    echo "$("$forge" --version 2>/dev/null | head -n 1)${dbt:+; dbt $("$dbt" --version 2>/dev/null | sed -n 's/.*installed: *//p' | head -n 1)}"
    echo
    if [[ -n $dbt ]]; then
        echo "| | forge wall | dbt wall | ratio | forge user | dbt user | ratio | forge peak | dbt peak | ratio |"
        echo "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|"
    else
        echo "| | wall | user | peak |"
        echo "|---|--:|--:|--:|"
    fi
    awk -v with_dbt="${dbt:+1}" -v verbs="${verbs[*]}" '
        function ratio(a, b) { return a > 0 && b > 0 ? sprintf("%.0f×", b / a) : "–" }
        function mib(m) { return m == "-" ? "–" : sprintf("%.0f MiB", m) }
        { for (f = 3; f <= 5; f++) figure[$1, $2, f] = $f }
        END {
            count = split(verbs, order, " ")
            for (i = 1; i <= count; i++) {
                v = order[i]
                line = "| " v " |"
                for (f = 3; f <= 5; f++) {
                    a = figure["forge", v, f]; b = figure["dbt", v, f]
                    line = line " " (f == 5 ? mib(a) : sprintf("%.3f s", a)) " |"
                    if (with_dbt) line = line " " (f == 5 ? mib(b) : sprintf("%.2f s", b)) " | " ratio(a, b) " |"
                }
                print line
            }
        }' "$scratch/results"
}

if /usr/bin/time -v true > /dev/null 2>&1; then timer=gnu
elif command -v python3 > /dev/null; then timer=python
else timer=bash
fi

find_project
find_tools
run_all forge "$forge"
[[ -z $dbt ]] || run_all dbt "$dbt"
report
