#!/bin/bash
# Write what is generated from the tables: docs/{CHECKS,CREDENTIALS,RIGHTS}.md, docs/man, docs/completions, and the
# examples in README.md. update-docs.sh [GENDOCS] [DIR]
set -euo pipefail
cd "$(dirname "$0")/.."
gen=${1:-build/dev/gendocs}
dir=${2:-docs}
mkdir -p "$dir/man" "$dir/completions"
"$gen" checks >"$dir/CHECKS.md"
"$gen" credentials >"$dir/CREDENTIALS.md"
"$gen" rights >"$dir/RIGHTS.md"
"$gen" examples >/dev/null
for tool in $("$gen" tools); do
    "$gen" man "$tool" >"$dir/man/$tool.1"
    "$gen" completion bash "$tool" >"$dir/completions/$tool.bash"
    "$gen" completion zsh "$tool" >"$dir/completions/_$tool"
    "$gen" completion fish "$tool" >"$dir/completions/$tool.fish"
done

# The README's examples are what the programs print.
if [ "$dir" = docs ]; then
    fresh=$(mktemp)
    shown=
    while IFS= read -r line; do
        case $line in
        '$ build/release/m2-'*)
            printf '%s\n' "$line"
            read -ra words <<<"${line#* build/release/}"
            LC_ALL=C.UTF-8 "${gen%/*}/${words[0]}" "${words[@]:1}" 2>&1 || true
            shown=1
            ;;
        '```')
            shown=
            printf '%s\n' "$line"
            ;;
        *) [ -n "$shown" ] || printf '%s\n' "$line" ;;
        esac
    done <README.md >"$fresh"
    cat "$fresh" >README.md
    rm -f "$fresh"
fi
