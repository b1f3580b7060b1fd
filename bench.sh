#!/usr/bin/env bash
# Speed and memory beside other programs, on bulk captures that are made here. Prints a table for each capture.
#   ./bench.sh [--runs N] [--slow] [--scale PERCENT] [--kakoi PROGRAM] [CAPTURE…]
#     --runs N     rounds, in each of which every program runs once (default 5)
#     --slow       tshark, too: minutes a run, once
#     --scale P    captures of so many percent of the usual size (default 100: 1.8 GB in all)
#     --kakoi F    this program instead of build/release/kakoi, which is built if it is missing
#     CAPTURE…     of modbus, dnp3, iec104, it, plant (default: all), or files
# Captures and programs lie in ${KAKOI_BENCH:-/var/tmp/kakoi-bench} and are made once. What stages cost one by one:
#   cmake --preset release -DKAKOI_BENCHMARKS=ON && cmake --build build/release --target stages_bench
set -euo pipefail
cd "$(dirname "$0")"
place=${KAKOI_BENCH:-/var/tmp/kakoi-bench}
runs=5 scale=100 slow=() kakoi="" named=()
while [ $# -gt 0 ]; do
  case $1 in
    --runs) runs=$2; shift ;;
    --scale) scale=$2; shift ;;
    --kakoi) kakoi=$2; shift ;;
    --slow) slow=(--slow) ;;
    -*) sed -n '2,11p' "$0" >&2; exit 2 ;;
    *) named+=("$1") ;;
  esac
  shift
done
[ ${#named[@]} -gt 0 ] || named=(modbus dnp3 iec104 it plant)
if [ -z "$kakoi" ]; then
  kakoi=build/release/kakoi
  [ -x "$kakoi" ] || { cmake --preset release -DKAKOI_TESTS=OFF && cmake --build build/release --target kakoi; } >&2
fi

mkdir -p "$place"
for program in make_captures floor; do
  source=tests/bench/$program.cpp
  [ "$place/$program" -nt "$source" ] || "${CXX:-g++}" -std=c++20 -O3 -o "$place/$program" "$source" -lpcap
done
# make NAME ARGUMENTS…: the capture, unless it is there
make() {
  local file=$place/$1-$scale.pcap
  [ -f "$file" ] && return
  echo "making $file …" >&2
  "$place/make_captures" "$2" "$file.part" "${@:3}"
  mv "$file.part" "$file"
}
seeds() { find pcaps -name '*.pcapng' -size -2000k | LC_ALL=C sort; }
capture() {
  case $1 in
    modbus) make modbus modbus $((20000 * scale)) ;;
    dnp3) make dnp3 dnp3 $((9000 * scale)) ;;
    iec104) make iec104 iec104 $((9000 * scale)) ;;
    it) mapfile -t seeds < <(seeds); make it it "$((60 * scale / 100 + 1))" "${seeds[@]}" ;;
    plant)
      for part in modbus dnp3 iec104 it; do capture "$part" >/dev/null; done
      make plant mix "$place"/{modbus,dnp3,iec104}-"$scale".pcap "$place/it-$scale.pcap:50" ;;
    *) echo "$1"; return ;;
  esac
  echo "$place/$1-$scale.pcap"
}
files=()
for name in "${named[@]}"; do files+=("$(capture "$name")"); done
exec python3 tests/bench/compare.py --kakoi "$kakoi" --floor "$place/floor" --runs "$runs" "${slow[@]}" "${files[@]}"
