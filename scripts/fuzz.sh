#!/bin/bash
# fuzz.sh DIR SECONDS: run every libFuzzer target in DIR, the time shared evenly, each from its committed corpus.
set -euo pipefail
cd "$(dirname "$0")/.."
dir=$1 seconds=$2
targets=("$dir"/fuzz_*)
runnable=()
for t in "${targets[@]}"; do [ -f "$t" ] && [ -x "$t" ] && runnable+=("$t"); done
[ ${#runnable[@]} -gt 0 ] || { echo "no fuzz targets in $dir" >&2; exit 1; }
each=$((seconds / ${#runnable[@]}))
[ "$each" -ge 1 ] || each=1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for t in "${runnable[@]}"; do
    name=${t##*/}
    mkdir -p "$work/$name"
    if ! "$t" -max_total_time="$each" -max_len=65536 -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
        -artifact_prefix="$work/$name-" "$work/$name" "tests/fuzz/corpus/${name#fuzz_}" >"$work/$name.log" 2>&1; then
        tail -n 40 "$work/$name.log" >&2
        echo "$name found a fault; the input, in base64:" >&2
        base64 "$work/$name-"* >&2 || true
        exit 1
    fi
    printf '%-20s %s executions in %s s\n' "$name" \
        "$(sed -n 's/^stat::number_of_executed_units: *//p' "$work/$name.log")" "$each"
done
