#!/bin/bash
# Write what is generated from the tables: docs/{CHECKS,CREDENTIALS,RIGHTS}.md, docs/man, docs/completions. update-docs.sh [GENDOCS] [DIR]
set -euo pipefail
cd "$(dirname "$0")/.."
gen=${1:-build/dev/gendocs}
dir=${2:-docs}
mkdir -p "$dir/man" "$dir/completions"
"$gen" checks >"$dir/CHECKS.md"
"$gen" credentials >"$dir/CREDENTIALS.md"
"$gen" rights >"$dir/RIGHTS.md"
for tool in m2-doctor; do
    "$gen" man "$tool" >"$dir/man/$tool.1"
    "$gen" completion bash "$tool" >"$dir/completions/$tool.bash"
    "$gen" completion zsh "$tool" >"$dir/completions/_$tool"
    "$gen" completion fish "$tool" >"$dir/completions/$tool.fish"
done
