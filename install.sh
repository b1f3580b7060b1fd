#!/usr/bin/env bash
# Installs the Debian packages that are missing. Usage: ./install.sh build|test
# "build": what compiling and running needs; "test": that and what the tests need.
set -euo pipefail

packages=(g++ cmake ninja-build pkg-config libtins-dev libboost-program-options-dev libboost-iostreams-dev
          libpcap-dev libseccomp-dev libcap-ng-dev nlohmann-json3-dev libyaml-cpp-dev libsqlite3-dev libssl-dev ieee-data)
if [ "${1:-build}" = test ]; then
  packages+=(libgtest-dev libgmock-dev libbenchmark-dev clang libclang-rt-14-dev clang-format-14 python3 python3-yaml python3-jsonschema
             sqlite3 tshark tcpdump tcpreplay iproute2 bzip2 xz-utils zstd nodejs chromium fonts-noto-cjk
             libmodbus-dev mbpoll python3-pymodbus python3-serial-asyncio python3-scapy nmap)
  command -v npm >/dev/null || packages+=(npm)
fi

missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

run=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || { echo "install.sh: run as root, or install sudo; missing: ${missing[*]}" >&2; exit 1; }
  run=(sudo)
fi
echo "installing: ${missing[*]}" >&2
log=$(mktemp)
if ! { "${run[@]}" apt-get update -q && "${run[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
  tail -n 20 "$log" >&2
  echo "install.sh: the packages above could not be installed; kakoi builds on Debian 12" >&2
  exit 1
fi
rm -f "$log"
