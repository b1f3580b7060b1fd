#!/usr/bin/env bash
# Walks through report.html in headless Chromium: walk.sh KAKOI SAMPLE_REPORT [walk.mjs options]
# Installs what package-lock.json pins, without running anything of it, into a folder outside the repository.
# Ends with "N passed, N failed"; status 77 if there is no npm, no Chromium or no package registry.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
chromium=${CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)}
for need in node npm; do
  command -v "$need" >/dev/null || { echo "report-walk left out: no $need"; exit 77; }
done
[ -n "$chromium" ] || { echo "report-walk left out: no Chromium"; exit 77; }

packages=${KAKOI_NODE_MODULES:-${XDG_CACHE_HOME:-$HOME/.cache}/kakoi-report-walk-$(sha256sum "$here/package-lock.json" | cut -c1-12)}
if [ ! -f "$packages/installed" ]; then
  mkdir -p "$packages" && cp "$here/package.json" "$here/package-lock.json" "$packages/" || exit 1
  if ! (cd "$packages" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2); then
    echo "report-walk left out: npm ci could not install the pinned packages"
    exit 77
  fi
  touch "$packages/installed"
fi
CHROMIUM=$chromium KAKOI_NODE_MODULES=$packages exec node "$here/walk.mjs" "$@"
