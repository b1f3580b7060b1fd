#!/usr/bin/env bash
# Installs what is missing, builds, and runs every test. Ends with the plain line "N passed, N failed".
#   ./test.sh            everything
#   JOBS=4 ./test.sh     with so many compilers and tests at a time (default: the cores there are)
# Captures of others are not part of this repository; with a corpus beside it (../shared/corpus, or
# KAKOI_CORPUS=DIR) the conformance test runs on that, too.
set -uo pipefail
cd "$(dirname "$0")"
jobs=${JOBS:-$(nproc)}
passed=0 failed=0

./install.sh test || exit 1

# check NAME COMMAND…: one test by exit status, its output shown only if it fails.
check() {
  local name=$1 log
  shift
  log=$(mktemp)
  if "$@" >"$log" 2>&1; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "FAILED $name: $*"
    tail -n 60 "$log"
  fi
  rm -f "$log"
}
# counted NAME COMMAND…: its last line says "N passed, N failed".
counted() {
  local name=$1 log line
  shift
  log=$(mktemp)
  "$@" >"$log" 2>&1
  line=$(tail -n 1 "$log")
  if [[ $line =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]]; then
    passed=$((passed + BASH_REMATCH[1]))
    failed=$((failed + BASH_REMATCH[2]))
    [ "${BASH_REMATCH[2]}" -eq 0 ] || { echo "FAILED in $name:"; cat "$log"; }
  else
    failed=$((failed + 1))
    echo "FAILED $name: no closing line"
    tail -n 60 "$log"
  fi
  rm -f "$log"
}
# googletests FOLDER: every GoogleTest program of a build, test by test.
googletests() {
  local out line
  out=$(mktemp)
  ctest --test-dir "$1" -j "$jobs" --verbose >"$out" 2>&1 || true
  local p f c
  p=$(grep -cE '^[0-9]+: \[ +OK \] ' "$out")
  f=$(grep -E '^[0-9]+: \[ +FAILED +\] .*\([0-9]+ ms\)$' "$out" | wc -l)
  c=$(sed -nE 's/^[0-9]+% tests passed, ([0-9]+) tests failed out of ([0-9]+)$/\1/p' "$out")
  [ "$f" -gt 0 ] || f=${c:-1}   # a program that died counts, too
  passed=$((passed + p))
  failed=$((failed + f))
  [ "$f" -eq 0 ] || grep -E 'FAILED|Failure|Sanitizer|runtime error|\*\*\*' -A 6 "$out" | head -n 200
  rm -f "$out"
}
build() {
  echo "building $1 …" >&2
  local log
  log=$(mktemp)
  if ! { cmake --preset "$1" "${@:2}" && cmake --build "build/$1" -j "$jobs"; } >"$log" 2>&1; then
    grep -E 'error|FAILED' -A 4 "$log" | head -n 80
    echo "$passed passed, $((failed + 1)) failed"
    exit 1
  fi
  rm -f "$log"
}

build asan
build release -DKAKOI_TESTS=OFF

echo "testing …" >&2
check include-direction python3 tests/include_direction.py
googletests build/asan
counted end-to-end python3 tests/end_to_end/run.py build/release/kakoi
check report-in-a-browser tests/end_to_end/report_browser.sh build/release/kakoi

corpus=${KAKOI_CORPUS:-../shared/corpus}
if [ -f "$corpus/index.tsv" ]; then
  counted conformance python3 tests/conformance/corpus.py build/asan/kakoi "$corpus" --jobs "$jobs"
else
  echo "no corpus at $corpus: conformance test left out" >&2
fi

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
