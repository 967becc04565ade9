#!/bin/bash
# Every test, from a clean clone: installs the test tools, builds with gcc and clang, runs the suites, sanitizers,
# fuzzers and valgrind. Safe to run again. FAST=1 leaves out the sanitizer, clang and fuzz parts.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/packages.sh

jobs=$(nproc)
started=$SECONDS
FUZZ_SECONDS=${FUZZ_SECONDS:-60}
step() { say "[$((SECONDS - started)) s] $*"; }

# shellcheck disable=SC2086
need_packages $BUILD_PACKAGES $TEST_PACKAGES
# shellcheck disable=SC2086
want_packages $TEST_EXTRAS

step "Python tools of the tests (virtual environment .venv: moto server, boto3, pytest)"
if ! cmp -s tests/requirements.txt .venv/installed.txt || ! .venv/bin/python -c 'import moto' 2>/dev/null; then
    python3 -m venv --clear .venv
    .venv/bin/pip install --quiet --disable-pip-version-check --root-user-action=ignore -r tests/requirements.txt
    cp tests/requirements.txt .venv/installed.txt
fi
[ -d ../shared/conformance ] ||
    echo "AWS's test vectors (../shared/conformance) are not here: the tests that need them say so and skip them"

build() { # build PRESET [cmake options]: quiet unless it fails
    local preset=$1 log=build/$1.log
    shift
    mkdir -p build
    cmake --preset "$preset" -DM2_PYTHON="$PWD/.venv/bin/python" "$@" >"$log" 2>&1 &&
        cmake --build --preset "$preset" -j "$jobs" >>"$log" 2>&1 || {
        grep -E 'error|warning|FAILED|CMake Error' -A4 "$log" | head -n 60 >&2
        echo "build $preset failed; the whole log is in $log" >&2
        exit 1
    }
}

run_tests() { # run_tests PRESET [ctest options]: one line per test, then the summary
    local preset=$1
    shift
    ctest --preset "$preset" -j "$jobs" "$@" | grep -v '^ *Start '
}

step "Release build (gcc)"
build release
if [ -z "${FAST:-}" ]; then
    step "clang build of library, tools and fuzz targets"
    build fuzz
    step "Fuzzing, $FUZZ_SECONDS s in total"
    scripts/fuzz.sh build/fuzz/tests/fuzz "$FUZZ_SECONDS"

    step "Build with AddressSanitizer and UBSan (gcc)"
    build asan
    step "AddressSanitizer and UBSan: unit and torture tests"
    run_tests asan -L 'unit|torture'
fi

step "Debug build with tests (gcc)"
build dev
step "All tests: unit, command line, emulator, documents"
run_tests dev

if [ -n "$(git status --porcelain 2>/dev/null)" ] && [ -n "${CI:-}" ]; then
    git status --short >&2
    echo "the tests left the work tree changed" >&2
    exit 1
fi
step "What ran"
scripts/summary.sh build/*/Testing/Temporary/LastTest.log
step "All checks passed"
