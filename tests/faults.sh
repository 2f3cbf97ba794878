#!/usr/bin/env bash
# Kills a release build of forge at random moments of a build and checks what is left; see tests/it/engine/faults.rs.
#
#     tests/faults.sh [KILLS]     default 200
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
FORGE_KILLS="${1:-200}" cargo test --release --locked --test it -- engine::faults --nocapture --test-threads 1
