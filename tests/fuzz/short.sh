#!/usr/bin/env bash
# One fuzz target for five seconds, from its kept corpus on: short.sh PROGRAM NAME
# What it finds out on the way is dropped; an input that shows a fault is kept as tests/fuzz/corpus/NAME/found-….
# To run it again as it was: the seed that libFuzzer names, as -seed=….
set -uo pipefail
program=$1 corpus=$(dirname "$0")/corpus/$2
found=$(mktemp -d)
trap 'rm -rf "$found"' EXIT
mkdir -p "$corpus"
"$program" -max_total_time="${SECONDS_EACH:-5}" -max_len=1024 -timeout=20 -rss_limit_mb=2048 -print_final_stats=1 \
  -artifact_prefix="$corpus/found-" "$found" "$corpus"
status=$?
rmdir --ignore-fail-on-non-empty "$corpus"
exit $status
