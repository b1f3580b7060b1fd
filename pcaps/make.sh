#!/bin/bash
# Makes the sample captures: real protocol stacks talk in network namespaces, and a mirror port is captured.
# Needs root, Debian and npm; nothing leaves the namespaces, and they are gone afterwards.
#
#   pcaps/make.sh [sample-plant|closed-plant]...
set -euo pipefail
cd "$(dirname "$0")"

packages="avahi-daemon bind9-dnsutils busybox chrony curl dnsmasq-base ethtool expect g++ inetutils-telnet
  inetutils-telnetd iproute2 libmodbus-dev nginx-light openssh-client openssh-server openssl procps
  python3-pyftpdlib snmp snmpd socat vsftpd wireshark-common"
missing=$(for each in $packages; do dpkg -s "$each" >/dev/null 2>&1 || echo "$each"; done)
command -v npm >/dev/null || missing="$missing nodejs npm"
if [ -n "$missing" ]; then
  # RUNLEVEL=1: no service starts by itself on this machine's own network.
  # shellcheck disable=SC2086
  apt-get update -q
  # shellcheck disable=SC2086
  RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing
fi

STATE=$(mktemp -d) PLANT=plant$$  # PLANT: for plants/network.sh
chmod 755 "$STATE"
. plants/network.sh
trap 'tear_down; [ -n "${KEEP_STATE:-}" ] || rm -rf "$STATE"' EXIT
trap 'exit 130' INT TERM

flags="-std=c++20 -O1 -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror"
# shellcheck disable=SC2086
{
  g++ $flags publish_pcapng.cpp -o "$STATE/publish_pcapng"
  g++ $flags stations/dnp3_station.cpp -o "$STATE/dnp3_station" -pthread
  g++ $flags stations/iec104_station.cpp -o "$STATE/iec104_station" -pthread
  g++ $flags stations/modbus_master.cpp -o "$STATE/modbus_master" -lmodbus
  g++ $flags stations/modbus_slave.cpp -o "$STATE/modbus_slave" -lmodbus
}
npm install --silent --prefix "$STATE" --omit=optional --no-audit --no-fund modbus-serial@8.0.25
cp stations/*.js stations/*.py stations/*.exp stations/*.sh "$STATE"
dhcp_script
ssh-keygen -q -t ed25519 -N "" -C "" -f "$STATE/user_key"

[ $# -gt 0 ] || set -- sample-plant closed-plant
for plant; do
  echo "$plant …"
  (
    trap tear_down EXIT
    trap 'exit 130' INT TERM
    # shellcheck source=/dev/null
    . "plants/$plant.sh"
    capture_stop "$plant.pcapng"
  )
  capinfos -c -u -s "$plant.pcapng"
done
