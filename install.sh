#!/usr/bin/env bash
# Installs the Debian packages that are missing. Usage: ./install.sh build|test
# "build": what compiling and running needs; "test": that and what the tests need.
set -euo pipefail

packages=(g++ cmake ninja-build pkg-config libtins-dev libboost-program-options-dev libboost-iostreams-dev
          libpcap-dev libseccomp-dev libcap-ng-dev nlohmann-json3-dev libyaml-dev libsqlite3-dev libssl-dev libmimalloc-dev ieee-data
          python3)
command -v node >/dev/null || packages+=(nodejs)
command -v npm >/dev/null || packages+=(npm)
if [ "${1:-build}" = test ]; then
  packages+=(libgtest-dev libgmock-dev libbenchmark-dev clang libclang-rt-14-dev clang-format-14 python3-yaml python3-jsonschema
             sqlite3 tshark tcpdump tcpreplay iproute2 bzip2 xz-utils zstd chromium fonts-noto-cjk
             libmodbus-dev mbpoll python3-pymodbus python3-serial-asyncio python3-scapy nmap
             samba smbclient snmpd snmp lldpd avahi-daemon nginx-light dnsmasq-base openssh-server openssh-client
             chrony nftables curl vsftpd isc-dhcp-client postgresql postgresql-client)
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
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then  # Debian starts daemons as it installs them; the tests start their own
  "${run[@]}" sh -c "printf '#!/bin/sh\nexit 101\n' >$policy; chmod 755 $policy"
  trap '"${run[@]}" rm -f "$policy"' EXIT
fi
if ! { "${run[@]}" apt-get update -q && "${run[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
  tail -n 20 "$log" >&2
  echo "install.sh: the packages above could not be installed; kakoi builds on Debian 12" >&2
  exit 1
fi
rm -f "$log"
# Nor shall those that came for the tests start with the machine (chrony stays: it takes the place of systemd-timesyncd).
declare -A units=([samba]="smbd nmbd" [snmpd]=snmpd [lldpd]=lldpd [avahi-daemon]="avahi-daemon avahi-daemon.socket"
                  [nginx-light]=nginx [openssh-server]=ssh [vsftpd]=vsftpd [postgresql]=postgresql)
if command -v systemctl >/dev/null; then
  for package in "${missing[@]}"; do
    # word splitting is meant: several units a package
    [ -z "${units[$package]:-}" ] || "${run[@]}" systemctl disable ${units[$package]} >/dev/null 2>&1 || true
  done
fi
