#!/bin/bash
# A CloudMR Brain of your own on this computer, to try the tools with: prints the lines to paste into another terminal, and runs until
# Ctrl-C. With --with-aws an emulated AWS account (moto) with the example stack runs beside it; that needs .venv (scripts/check.sh).
# Everything else is handed to tests/fake/brain.py: --role-fault, --shape modes, --faults FILE … (--help lists it).
set -euo pipefail
cd "$(dirname "$0")/.."

python=python3
aws=
if [ "${1:-}" = --with-aws ]; then
    aws=1
    shift
    python=${M2_PYTHON:-.venv/bin/python}
    "$python" -c 'import moto' 2>/dev/null || {
        echo "$python cannot import moto: run scripts/check.sh once, or name a Python that can with M2_PYTHON" >&2
        exit 1
    }
fi
case " $* " in
*" --help "* | *" -h "*) exec "$python" tests/fake/brain.py --help ;;
esac

pids=()
stop() { [ ${#pids[@]} -eq 0 ] || kill "${pids[@]}" 2>/dev/null || true; }
trap stop EXIT
trap 'exit 0' INT TERM

# start NAME COMMAND…: run it, and read "PORT <n>" from it.
start() {
    local out
    out=$(mktemp)
    "${@:2}" >"$out" &
    pids+=($!)
    for _ in $(seq 300); do
        grep -q '^PORT ' "$out" && break
        kill -0 "${pids[-1]}" 2>/dev/null || { echo "$1 did not start" >&2; exit 1; }
        sleep 0.1
    done
    port=$(awk '/^PORT / { print $2 }' "$out")
    rm -f "$out"
}

if [ -n "$aws" ]; then
    start "the emulated account" "$python" tests/emulator/demo.py
    echo "export AWS_ENDPOINT_URL=http://127.0.0.1:$port AWS_ACCESS_KEY_ID=testing AWS_SECRET_ACCESS_KEY=testing AWS_REGION=us-east-1"
fi
start "the demo Brain" "$python" tests/fake/brain.py --stay "$@"
echo "export CLOUDMR_API_URL=http://127.0.0.1:$port/Prod CLOUDMR_EMAIL=lab@example.org CLOUDMR_PASSWORD=demo-password"
echo "Paste the lines above into another terminal. Ctrl-C here ends it all." >&2
wait
