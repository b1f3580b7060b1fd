#!/usr/bin/env bash
# Installs what is missing, builds, and runs every test. Ends with the plain line "N passed, N failed".
#   ./test.sh            everything
#   JOBS=4 ./test.sh     with so many compilers and tests at a time (default: the cores there are)
# Captures of others are not part of this repository; with a corpus beside it (../shared/corpus, or
# KAKOI_CORPUS=DIR) the conformance test runs on that, too.
set -uo pipefail
cd "$(dirname "$0")" || exit 1
jobs=${JOBS:-$(nproc)}
passed=0 failed=0
faults=$(mktemp)   # what failed, named once more at the end, where a long log is looked at first
trap 'rm -f "$faults"' EXIT
python=/usr/bin/python3   # the one that Debian's python3-yaml is for

./install.sh test || { echo "0 passed, 1 failed"; exit 1; }

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
    echo "FAILED $name" >>"$faults"
    tail -n 60 "$log"
  fi
  rm -f "$log"
}
# counted NAME COMMAND…: its last line says "N passed, N failed". Status 77: this machine cannot; it has said why.
counted() {
  local name=$1 log line status good=0 bad=0 start=$SECONDS
  shift
  log=$(mktemp)
  "$@" >"$log" 2>&1
  status=$?
  echo "  $name: $((SECONDS - start)) s" >&2
  if [ "$status" -eq 77 ]; then
    tail -n 1 "$log" >&2
    rm -f "$log"
    return
  fi
  line=$(tail -n 1 "$log")
  [[ $line =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]] && good=${BASH_REMATCH[1]} bad=${BASH_REMATCH[2]}
  if [ "$bad" -eq 0 ] && { [ "$status" -ne 0 ] || [ "$good" -eq 0 ]; }; then
    bad=1   # it ended before it could count
  fi
  passed=$((passed + good))
  failed=$((failed + bad))
  if [ "$bad" -ne 0 ]; then
    echo "FAILED in $name:"
    cat "$log"
    { echo "FAILED $name: status $status, $bad failed"; grep -A 3 '^FAILED' "$log" | cut -c 1-300 | head -n 20; } >>"$faults"
  fi
  rm -f "$log"
}
# beside NAME COMMAND…: like counted, on the core that the next test leaves idle; rejoin waits and counts.
besides=()
beside() {
  local told
  told=$(mktemp)
  besides+=("$told")
  (passed=0 failed=0; counted "$@"; echo "$passed $failed" >"$told.count") >"$told" 2>&1 &
}
rejoin() {
  local told good bad
  wait
  for told in "${besides[@]}"; do
    cat "$told"
    good=0 bad=1   # it died
    read -r good bad <"$told.count" || echo "FAILED: a test beside others died" >>"$faults"
    passed=$((passed + good))
    failed=$((failed + bad))
    rm -f "$told" "$told.count"
  done
  besides=()
}
# The sample plant's report, as ctest does with one full of traps.
sample_in_a_browser() {
  local out status
  out=$(mktemp -d)
  build/release/kakoi scan pcaps/sample-plant.pcapng --quiet -o "$out" &&
    node tests/end_to_end/report_browser.mjs --report "$out/report.html"
  status=$?
  rm -rf "$out"
  return $status
}
build() {
  echo "building $1 …" >&2
  local log
  log=$(mktemp)
  if ! { cmake --preset "$1" "${@:2}" && cmake --build "build/$1" -j "$jobs"; } >"$log" 2>&1; then
    grep -E 'error|FAILED|Error' -A 4 "$log" | head -n 80
    tail -n 5 "$log"
    echo "$passed passed, $((failed + 1)) failed"
    exit 1
  fi
  rm -f "$log"
}

build asan
build release -DKAKOI_TESTS=OFF

echo "testing …" >&2
corpus=${KAKOI_CORPUS:-../shared/corpus}
check include-direction "$python" tests/include_direction.py
# A browser waits more than it works, and the longest test of ctest takes one core
beside report-walk tests/end_to_end/browser/walk.sh build/release/kakoi build/asan/tests/reports/sample_report
beside samples "$python" pcaps/verify.py
counted ctest "$python" tests/run_ctest.py build/asan "$jobs"
check bundle cmake --build build/release --target bundle   # and the bill of materials, which is in it
counted release "$python" tests/release.py build/release
counted bundle "$python" tests/bundle.py build/release
counted adversarial "$python" tests/adversarial/run.py build/release/kakoi --jobs "$jobs"
counted end-to-end "$python" tests/end_to_end/run.py build/release/kakoi "$jobs"
check report-in-a-browser sample_in_a_browser
if [ -f "$corpus/index.tsv" ]; then
  beside checksums "$python" tests/conformance/checksums.py build/asan/tests/sensor/decode_test "$corpus"
  beside segments "$python" tests/conformance/segments.py build/asan/tests/sensor/contract_test "$corpus"
fi
counted encapsulations "$python" tests/conformance/encapsulations.py build/release/kakoi build/asan/tests/sensor/decode_encapsulation_test
counted stacks "$python" tests/conformance/stacks/run.py build/release/kakoi
counted plant "$python" tests/conformance/plant/plant.py build/release/kakoi
rejoin

if [ -f "$corpus/index.tsv" ]; then
  counted conformance "$python" tests/conformance/corpus.py build/asan/kakoi "$corpus" --jobs "$jobs"
  counted fields "$python" tests/conformance/fields.py build/release/kakoi "$corpus" --jobs "$jobs"
  counted identity "$python" tests/conformance/identity.py build/release/kakoi "$corpus"
  counted quiet "$python" tests/conformance/quiet.py build/release/kakoi "$corpus"
else
  echo "no corpus at $corpus: conformance test left out" >&2
fi

cat "$faults"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
