# Measuring, for the scripts beside this file; to be sourced. Wants `$scratch`, a folder, and the terminal as descriptor 3.

# fail WORDS…: says what is wrong and ends.
fail() { echo "$(basename "$0"): $*" >&2; exit 2; }

if /usr/bin/time -v true > /dev/null 2>&1; then timer=gnu
elif command -v python3 > /dev/null; then timer=python
else timer=bash
fi

# find_tools: sets `forge` and `dbt` from FORGE, DBT and PATH; `dbt` is empty where there is none.
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

# measure CMD…: prints wall seconds, CPU seconds and peak MiB of one run; the last is "-" where nothing can tell it.
measure() {
    local log=$scratch/log figures=$scratch/figures begin=$EPOCHREALTIME
    local TIMEFORMAT='%3U %3S'
    if [[ $timer == gnu ]]; then
        # The shell tells milliseconds of CPU, the program tells peak memory.
        { time /usr/bin/time -f '%M' -o "$scratch/peak" "$@" > "$log" 2>&1 || show_failure "$@"; } 2> "$figures"
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
        { time "$@" > "$log" 2>&1 || show_failure "$@"; } 2> "$figures"
    fi
    local end=$EPOCHREALTIME
    case $timer in
        gnu) awk -v peak="$(tail -n 1 "$scratch/peak")" '{print $1 + $2, peak}' "$figures" ;;
        bash) awk '{print $1 + $2}' "$figures" ;;
        *) cat "$figures" ;;
    esac | awk -v begin="$begin" -v end="$end" \
        '{printf "%.3f %.3f %s\n", ($3 ? $3 : end - begin), $1, ($2 == "" ? "-" : sprintf("%.1f", $2 / 1024))}'
}

show_failure() {
    echo "$(basename "$0"): failed: $*" >&3
    tail -n 20 "$scratch/log" >&3
    exit 1
}

# start CMD…: prints wall seconds of one start, of twenty in a row: the shell's fork included, nothing else around it.
start() {
    local TIMEFORMAT='%3R' twenty
    twenty=$( { time for (( n = 0; n < 20; n++ )); do "$@" > /dev/null 2>&1 || show_failure "$@"; done; } 2>&1 )
    awk -v twenty="$twenty" 'BEGIN {printf "%.4f\n", twenty / 20}'
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
    summed_up "$tool" "$verb" "$samples"
}

# summed_up TOOL VERB SAMPLES: appends medians and spread of the samples to $scratch/results.
summed_up() {
    echo "$1 $2 $(median 1 < "$3") $(median 2 < "$3") $(median 3 < "$3") $(spread 1 < "$3") $(spread 2 < "$3")" \
        >> "$scratch/results"
    echo "  $1 $2: $(tail -n 1 "$scratch/results" | cut -d' ' -f3-)" >&2
}

no_databases() { find . -maxdepth 2 \( -name '*.db' -o -name '*.db-*' \) -delete; }
# keep_seeded: loads the seeds of the project of the working directory; `seeded` puts that database back.
keep_seeded() {
    no_databases
    "$forge" --quiet seed > /dev/null
    mkdir -p "$scratch/seeded"
    find . -maxdepth 1 -name '*.db*' -exec cp {} "$scratch/seeded" \;
}
seeded() { no_databases; cp -R "$scratch/seeded/." .; }

# statements: what forge ran in the project of the working directory, in its order, one transaction a model.
statements() {
    python3 - <<'EOF'
import json, os
nodes = json.load(open("target/manifest.json"))["nodes"]
print("pragma journal_mode = wal; pragma synchronous = normal; pragma temp_store = memory; pragma cache_size = -65536; pragma wal_autocheckpoint = 16384;")
for result in json.load(open("target/run_results.json"))["results"]:
    node = nodes[result["unique_id"]]
    path = node["build_path"]
    if not path or not os.path.exists(path):
        continue
    text = open(path).read()
    print(text if node["resource_type"] == "test" else f"begin immediate;\n{text}\ncommit;")
EOF
}

# machine: the processors and the kernel.
machine() {
    local model
    model=$(sed -n 's/^model name[^:]*: *//p' /proc/cpuinfo 2>/dev/null | head -n 1)
    [[ -n $model ]] || model=$(sysctl -n machdep.cpu.brand_string 2>/dev/null || uname -m)
    echo "$(nproc 2>/dev/null || sysctl -n hw.ncpu) × $model, $(uname -sr)"
}
