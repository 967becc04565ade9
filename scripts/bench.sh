#!/bin/bash
# How fast m2-doctor is, and how fast a bucket is emptied, beside peers and aims; docs/BENCH.md says what each number means.
# usage: bench.sh [OPTION...] of tests/bench/bench.py, or: bench.sh empty [OPTION...] of tests/bench/empty.py
# Needs what scripts/check.sh installs (.venv); makes build/bench and an environment for the AWS CLI in it. Under 6 minutes.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/packages.sh

[ -x .venv/bin/python ] || {
    echo "bench.sh: no .venv; run scripts/check.sh first (it installs moto, boto3 and pytest there)" >&2
    exit 1
}
mkdir -p build
cmake -S . -B build/bench -G Ninja -DCMAKE_BUILD_TYPE=Release -DM2_TESTS=ON >build/bench.log 2>&1 &&
    cmake --build build/bench --target m2-doctor bench_lookups bench_floor bench_peak bench_empty fake_s3 -j "$(nproc)" >>build/bench.log 2>&1 || {
    tail -n 20 build/bench.log >&2
    echo "bench.sh: the build failed; the whole log is in build/bench.log" >&2
    exit 1
}
if ! cmp -s tests/bench/requirements.txt build/bench-aws/installed.txt; then
    say "Installing the AWS CLI, a peer, into build/bench-aws"
    python3 -m venv build/bench-aws
    build/bench-aws/bin/pip install --quiet --disable-pip-version-check -r tests/bench/requirements.txt
    cp tests/bench/requirements.txt build/bench-aws/installed.txt
fi
part=bench
[ "${1:-}" != empty ] || { part=empty && shift; }
PYTHONDONTWRITEBYTECODE=1 exec .venv/bin/python "tests/bench/$part.py" --build build/bench --aws "$PWD/build/bench-aws/bin/aws" "$@"
