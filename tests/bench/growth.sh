#!/usr/bin/env bash
# What a packet costs as captures and networks grow: Modbus polls straight from the generator into `kakoi scan -`.
#   tests/bench/growth.sh [KAKOI]     PACKETS="100000 1000000 10000000 100000000" HOSTS="100 1000 10000 100000 1000000"
# Prints CPU seconds and peak memory of kakoi alone, and microseconds a packet.
set -euo pipefail
cd "$(dirname "$0")/../.."
[ -x /usr/bin/time ] || { echo "growth.sh: install Debian's package 'time'" >&2; exit 1; }
kakoi=${1:-build/release/kakoi}
place=${KAKOI_BENCH:-/var/tmp/kakoi-bench}
mkdir -p "$place"
maker=$place/make_captures
[ "$maker" -nt tests/bench/make_captures.cpp ] || "${CXX:-g++}" -std=c++20 -O3 -o "$maker" tests/bench/make_captures.cpp -lpcap
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

# measure PACKETS CONNECTIONS
measure() {
  "$maker" modbus /dev/stdout "$1" "$2" |
    /usr/bin/time -f '%U %S %M' -o "$out/time" "$kakoi" scan - -j1 --quiet --evidence none -o "$out/out" >/dev/null 2>"$out/said" ||
    { cat "$out/said" >&2; return 1; }
  local assets
  assets=$(grep -c '' "$out/out/assets.csv")
  awk -v packets="$1" -v assets="$assets" '{ printf "| %d | %d | %.2f | %.2f | %d |\n", packets, assets - 1, $1 + $2, ($1 + $2) / packets * 1e6, $3 / 1024 }' "$out/time"
}
echo "| packets | assets | CPU s | µs a packet | peak MiB |"
echo "|---|---|---|---|---|"
for packets in ${PACKETS-100000 1000000 10000000 100000000}; do measure "$packets" 400; done
for hosts in ${HOSTS-100 1000 10000 100000 1000000}; do measure 10000000 $((2 * hosts)); done
