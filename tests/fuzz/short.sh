#!/usr/bin/env bash
# One fuzz target: short.sh PROGRAM NAME. All that its kept corpus holds, whole; then five seconds from there on.
# What it finds out on the way is dropped; an input that shows a fault is kept as tests/fuzz/corpus/NAME/found-….
# To run it again as it was: the seed that libFuzzer names, as -seed=….
set -uo pipefail
program=$1 corpus=$(dirname "$0")/corpus/$2
kept=("$corpus"/*)
[ -f "${kept[0]}" ] || { echo "$corpus is empty"; exit 1; }  # a corpus that went missing must not pass
"$program" -timeout=20 -rss_limit_mb=2048 "${kept[@]}" || exit
found=$(mktemp -d)
trap 'rm -rf "$found"' EXIT
"$program" -max_total_time=5 -max_len=4096 -timeout=20 -rss_limit_mb=2048 -print_final_stats=1 \
  -artifact_prefix="$corpus/found-" "$found" "$corpus"
