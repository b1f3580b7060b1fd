#!/bin/bash
# Makes the captures of this folder, two for every rule: one scene each, in network namespaces of its own.
# Needs root, Debian and npm; nothing leaves the namespaces, and they are gone afterwards.
#
#   pcaps/rules/make.sh [SCENE]...      all that pairs.yaml names (some minutes), or these; JOBS=3 at a time
set -euo pipefail
cd "$(dirname "$0")"
here=$PWD

packages="avahi-daemon bind9-dnsutils bird2 busybox charon-systemd chrony curl dnsmasq-base dsniff ethtool expect freetds-bin freerdp2-shadow-x11 g++ inetutils-telnet
  inetutils-telnetd iproute2 libcharon-extra-plugins libmodbus-dev lldpd mosquitto mosquitto-clients nftables nginx-light nmap openssh-client openssh-server
  microsocks openssl openvpn pptp-linux pptpd procps python3-impacket python3-pyftpdlib python3-pymodbus python3-scapy python3-yaml redis-server redis-tools samba smbclient snmp snmpd socat softether-vpnclient softether-vpnserver
  squid strongswan-swanctl tftp-hpa tftpd-hpa tigervnc-standalone-server tshark vsftpd wireguard-go wireguard-tools wireshark-common xl2tpd xrdp xvfb"
missing=$(for each in $packages; do dpkg -s "$each" >/dev/null 2>&1 || echo "$each"; done)
command -v npm >/dev/null || missing="$missing nodejs npm"
if [ -n "$missing" ]; then
  # RUNLEVEL=1: no service starts by itself on this machine's own network.
  # shellcheck disable=SC2086
  apt-get update -q
  # shellcheck disable=SC2086
  RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing
fi

TOOLS=$(mktemp -d)
chmod 755 "$TOOLS"
trap 'rm -rf "$TOOLS"' EXIT
trap 'exit 130' INT TERM
flags="-std=c++20 -O1 -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror"
# shellcheck disable=SC2086
{
  g++ $flags ../publish_pcapng.cpp -o "$TOOLS/publish_pcapng"
  g++ $flags ../stations/modbus_master.cpp -o "$TOOLS/modbus_master" -lmodbus
  g++ $flags ../stations/modbus_slave.cpp -o "$TOOLS/modbus_slave" -lmodbus
}
npm install --silent --prefix "$TOOLS" --omit=optional --no-audit --no-fund modbus-serial@8.0.25 node-bacnet@0.2.4 \
  node-opcua-server@2.182.2 node-opcua-client@2.182.2 node-opc-da@1.0.6
cp ../stations/*.js ../stations/*.py ../stations/*.exp ../stations/*.sh peers/* "$TOOLS"

. ../plants/network.sh
. ./cast.sh
for each in scenes/*.sh; do
  # shellcheck source=/dev/null
  . "$each"
done
[ $# -gt 0 ] || mapfile -t names < <(python3 -c 'import yaml
pairs = yaml.safe_load(open("pairs.yaml"))
every = [*pairs["rules"].values(), *(pair for more in pairs["more"].values() for pair in more)]
print("\n".join(sorted({side["capture"] for pair in every for side in (pair["hit"], pair["miss"])})))')
[ $# -gt 0 ] && names=("$@")

film() {  # SCENE
  STATE=$(mktemp -d) PLANT=r$BASHPID
  chmod 755 "$STATE"
  trap 'tear_down; [ -n "${KEEP_STATE:-}" ] || rm -rf "$STATE"' EXIT
  trap 'exit 130' INT TERM
  ln -s "$TOOLS"/* "$STATE"
  dhcp_script
  "scene_${1//-/_}"
  sleep 0.6
  kill -TERM "$capture"
  wait "$capture" || true
  if [ -n "${cut:-}" ]; then  # a display filter: what the mirror port shows
    tshark -r "$STATE/raw.pcapng" -Y "$cut" -w "$STATE/cut.pcapng"
    mv "$STATE/cut.pcapng" "$STATE/raw.pcapng"
  fi
  if [ -n "${at:-}" ]; then  # a moment at which the capture is to begin
    first=$(tshark -r "$STATE/raw.pcapng" -c 1 -T fields -e frame.time_epoch)
    editcap -t "$(($(date -d "$at" +%s) - ${first%.*}))" "$STATE/raw.pcapng" "$STATE/moved.pcapng"
    mv "$STATE/moved.pcapng" "$STATE/raw.pcapng"
  fi
  "$STATE/publish_pcapng" "$STATE/raw.pcapng" "$here/$1.pcapng"
  [ -z "${KEEP_STATE:-}" ] || echo "$1: $STATE" >&2
  echo "$1: $(capinfos -Mc "$1.pcapng" | sed -n 's/^Number of packets: *//p') packets; $(grep -c 'ended with' "$STATE/log" || true) commands failed"
}
running=0 failed=0
for name in "${names[@]}"; do
  (film "$name") &
  running=$((running + 1))
  if [ "$running" -ge "${JOBS:-3}" ]; then
    wait -n || failed=$((failed + 1))
    running=$((running - 1))
  fi
done
while [ "$running" -gt 0 ]; do
  wait -n || failed=$((failed + 1))
  running=$((running - 1))
done
exit $((failed > 0))
