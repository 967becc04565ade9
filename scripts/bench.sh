#!/bin/bash
# How fast the tools are, beside their peers and beside their aims; docs/BENCH.md says what each number means.
# usage: bench.sh [calls|jobs|empty|registration|deploy] [OPTION...]; without a part: calls, then jobs (empty has slow peers)
# Needs what scripts/check.sh installs (.venv); makes build/bench and an environment for the AWS CLI in it.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/packages.sh

[ -x .venv/bin/python ] || {
    echo "bench.sh: no .venv; run scripts/check.sh first (it installs moto, boto3 and pytest there)" >&2
    exit 1
}
mkdir -p build
cmake -S . -B build/bench -G Ninja -DCMAKE_BUILD_TYPE=Release -DM2_TESTS=ON >build/bench.log 2>&1 &&
    cmake --build build/bench --target m2-doctor m2-cost m2-register m2-verify m2-deploy bench_lookups bench_floor bench_peak \
        bench_empty fake_s3 -j "$(nproc)" >>build/bench.log 2>&1 || {
    tail -n 20 build/bench.log >&2
    echo "bench.sh: the build failed; the whole log is in build/bench.log" >&2
    exit 1
}
if ! cmp -s tests/bench/requirements.txt build/bench-aws/installed.txt; then
    say "Installing the peers (AWS CLI, DuckDB) into build/bench-aws"
    python3 -m venv build/bench-aws
    build/bench-aws/bin/pip install --quiet --disable-pip-version-check -r tests/bench/requirements.txt
    cp tests/bench/requirements.txt build/bench-aws/installed.txt
fi
export PYTHONDONTWRITEBYTECODE=1
calls() { .venv/bin/python tests/bench/bench.py --build build/bench --aws "$PWD/build/bench-aws/bin/aws" "$@"; }
jobs() {
    want_packages mawk miller
    .venv/bin/python tests/bench/jobs.py --build build/bench --python "$PWD/build/bench-aws/bin/python" "$@"
}
registration() { calls --parts 8 "$@"; }
deploy() { calls --parts 6 "$@"; }
empty() { .venv/bin/python tests/bench/empty.py --build build/bench --aws "$PWD/build/bench-aws/bin/aws" "$@"; }
case ${1:-} in
calls | jobs | empty | registration | deploy)
    part=$1
    shift
    "$part" "$@"
    ;;
*)
    calls "$@"
    jobs
    ;;
esac
