#!/bin/bash
# Build m2-doctor and see it name the root cause of a broken Mode 2 account. Safe to run again.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/packages.sh

# shellcheck disable=SC2086
need_packages $BUILD_PACKAGES

say "Building (release)"
mkdir -p build
log=build/release.log
cmake --preset release >"$log" 2>&1 && cmake --build --preset release >>"$log" 2>&1 || {
    tail -n 20 "$log" >&2
    echo "The build failed; the whole log is in $log" >&2
    exit 1
}

example=fixtures/accounts/private-subnet-no-route
say "Diagnosing an example account: $example (its story is in $example.md)"
status=0
build/release/m2-doctor --snapshot "$example.json" || status=$?
[ "$status" -eq 1 ] || {
    echo "m2-doctor ended with exit status $status; 1 (something failed) was expected" >&2
    exit 1
}

say "Exit status 1 means: done, and something failed. Your own account, read-only:"
echo "    build/release/m2-doctor --profile YOUR_PROFILE --region us-east-1"
