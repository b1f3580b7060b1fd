#!/usr/bin/env bash
# Installs what is missing, builds the fuzz targets (Clang with ASan and UBSan), and runs each for a while.
#   ./fuzz.sh [SECONDS [TARGET…]]     60 s each, all targets
#   EXECUTIONS=10000000 ./fuzz.sh 300   until each has had so many in all its runs, 300 s a run at most
#   LENGTH=512 ./fuzz.sh              inputs of so many octets at most, which takes less time for each
# What the targets learn stays in build/fuzz/found, and how often each has run, in build/fuzz/executions. An input
# that shows a fault is kept as tests/fuzz/corpus/TARGET/found-…, where the replay test of every build meets it until
# the fault is mended.
# Ends with the plain line "N targets, N faults".
set -uo pipefail
cd "$(dirname "$0")"
seconds=${1:-60}
[ $# -gt 0 ] && shift
jobs=${JOBS:-$(nproc)}

./install.sh test || exit 1
echo "building …" >&2
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! { cmake --preset asan && cmake --build build/asan --target fuzzers -j "$jobs"; } >"$log" 2>&1; then
  grep -E 'error|FAILED' -A 4 "$log" | head -n 80
  exit 1
fi
[ $# -gt 0 ] || set -- $(cd build/asan/tests/fuzz && find . -maxdepth 1 -name 'fuzz_*' -type f -perm -u+x -printf '%f\n' | sed 's/^fuzz_//' | sort)

targets=0 faults=0
mkdir -p build/fuzz/executions
for target; do
  before=$(cat build/fuzz/executions/"$target" 2>/dev/null || echo 0)
  corpus=tests/fuzz/corpus/$target found=build/fuzz/found/$target
  mkdir -p "$corpus" "$found"
  options=(-max_total_time="$seconds" -max_len="${LENGTH:-4096}" -timeout=20 -rss_limit_mb=2048 -print_final_stats=1)
  [ "$target" = capture ] && [ -z "${LENGTH:-}" ] && options+=(-max_len=16384)
  if [ -n "${EXECUTIONS:-}" ]; then
    [ "$before" -lt "$EXECUTIONS" ] || continue
    options+=(-runs=$((EXECUTIONS - before)) -entropic=0)  # to weigh inputs takes more time than to run most of them
    # So does to remember who asked for which memory, and to ask the kernel anew for the shadow of each large piece.
    export ASAN_OPTIONS=${ASAN_OPTIONS:-malloc_context_size=0:clear_shadow_mmap_threshold=100000000}
  fi
  build/asan/tests/fuzz/fuzz_"$target" "${options[@]}" -artifact_prefix="$corpus/found-" "$found" "$corpus" >"$log" 2>&1
  status=$?
  targets=$((targets + 1))
  runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
  echo $((before + ${runs:-0})) >build/fuzz/executions/"$target"
  printf '%-13s %10s runs, %10s in all' "$target" "${runs:-0}" $((before + ${runs:-0}))
  if [ "$status" -eq 0 ]; then
    echo
  else
    faults=$((faults + 1))
    echo "  FAULT: $(grep -m 1 -E 'does not hold|runtime error|ERROR: ' "$log")"
    sed -n 's/.*Test unit written to /             /p' "$log"
  fi
  rmdir --ignore-fail-on-non-empty "$corpus"
done
echo "$targets targets, $faults faults"
[ "$faults" -eq 0 ]
