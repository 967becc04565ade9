#!/bin/bash
# summary.sh LASTTEST.LOG…: what CTest's logs say that ran: tests, Criterion cases, pytest lines, conformance counts.
set -euo pipefail
for log in "$@"; do
    [ -f "$log" ] || continue
    dir=${log%/Testing/*}
    awk -v build="${dir##*/}" '
        / Testing: /         { name = $3 }
        /^Test (Passed|Failed|Pass|Fail)/ || /^Test timeout/ { tests++; failed += !/Pass/ }
        /Synthesis: Tested:/ { split($0, part, /[:|]/); cases += part[3]; bad += part[7] + part[9] }
        /^[0-9]+ (passed|failed|skipped).* in [0-9.]+s/ { lines[++n] = name ": " $0 }
        /[0-9] (run|ran|cases ran|forms ran)[, ].*skipped/ { lines[++n] = $0 }
        /: skipped: / { lines[++n] = $0 }
        END {
            printf "%s: %d tests, %d failed; in them %d unit cases, %d failed\n", build, tests, failed, cases, bad
            for (i = 1; i <= n; i++)
                printf "    %s\n", lines[i]
        }' "$log"
done
