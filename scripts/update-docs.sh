#!/bin/bash
# Write what is generated from the tables: docs/{CHECKS,CREDENTIALS,RIGHTS}.md, docs/man, docs/completions, and the
# examples in README.md and docs. update-docs.sh [GENDOCS] [DIR]
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

# The examples in README.md and the documents are what the programs print.
show_examples() {
    local fresh shown='' line words
    fresh=$(mktemp)
    while IFS= read -r line; do
        case $line in
        '$ build/release/m2-'*)
            printf '%s\n' "$line"
            read -ra words <<<"${line#* build/release/}"
            env -i PATH=/usr/bin:/bin HOME=/nonexistent LC_ALL=C.UTF-8 "${gen%/*}/${words[0]}" "${words[@]:1}" 2>&1 || true
            shown=1
            ;;
        '```')
            shown=
            printf '%s\n' "$line"
            ;;
        *) [ -n "$shown" ] || printf '%s\n' "$line" ;;
        esac
    done <"$1" >"$fresh"
    cat "$fresh" >"$1"
    rm -f "$fresh"
}
if [ "$dir" = docs ]; then
    for document in README.md docs/*.md; do
        if grep -q '^\$ build/release/m2-' "$document"; then
            show_examples "$document"
        fi
    done
fi
