#!/usr/bin/env bash
# Builds the release twice, in folders of different names and depth, and compares the programs octet by octet.
#   tests/reproducible.sh [JOBS]
# Takes two whole builds, so it is no part of test.sh; tests/release.py looks for names of folders in the program there.
set -euo pipefail
jobs=${1:-$(nproc)}
source=$(cd "$(dirname "$0")/.." && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# both before anything is built, so that nobody can change a file in between
for place in one another/deeper/folder; do
  mkdir -p "$scratch/$place"
  (cd "$source" && git ls-files -z --cached --others --exclude-standard | xargs -0 cp --parents -t "$scratch/$place")
done
for place in one another/deeper/folder; do
  cd "$scratch/$place"
  if ! { cmake --preset release -DKAKOI_TESTS=OFF && cmake --build build/release -j "$jobs" --target kakoi sbom; } >"$scratch/log" 2>&1; then
    tail -n 40 "$scratch/log"
    exit 1
  fi
  cp build/release/kakoi build/release/kakoi.cdx.json "$scratch/"
  (cd "$scratch" && sha256sum kakoi kakoi.cdx.json) | tee "$scratch/sums-$(basename "$place")"
done
if cmp "$scratch/sums-one" "$scratch/sums-folder"; then
  echo "the same octets in both folders"
else
  cmp "$scratch/one/build/release/kakoi" "$scratch/another/deeper/folder/build/release/kakoi"
  exit 1
fi
