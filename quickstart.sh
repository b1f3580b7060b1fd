#!/usr/bin/env bash
# From a bare Debian 12 to a report: installs what is missing, builds, scans.
#   ./quickstart.sh [CAPTURE…]      captures or folders; without any, pcaps/sample-plant.pcapng
# The report goes into ./kakoi-out (or $OUT); KAKOI_LANG=en for English first.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

"$here/install.sh" build
echo "building …" >&2
log=$(mktemp)
if ! { cmake -S "$here" -B "$here/build/release" -G Ninja -DCMAKE_BUILD_TYPE=Release -DKAKOI_HARDENED=ON -DKAKOI_TESTS=OFF && cmake --build "$here/build/release"; } >"$log" 2>&1; then
  tail -n 40 "$log" >&2
  exit 1
fi
rm -f "$log"

[ $# -gt 0 ] || set -- "$here/pcaps/sample-plant.pcapng"
"$here/build/release/kakoi" scan "$@" -o "${OUT:-kakoi-out}" --lang "${KAKOI_LANG:-ja}"
