# shellcheck shell=bash disable=SC2034,SC2153
# A plant network out of network namespaces: one switch (a bridge that never learns, so that its mirror port
# sees every frame), hosts on its ports, all without a way to this machine's own network. To be sourced.
#
# Needs: PLANT (short prefix of the namespaces), STATE (scratch folder).

namespaces=()

namespace() {  # NAME
  ip netns add "$PLANT-$1"
  namespaces+=("$PLANT-$1")
  ip netns exec "$PLANT-$1" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1 \
    net.ipv4.conf.all.send_redirects=0 net.ipv4.conf.default.send_redirects=0 \
    net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0 \
    net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2
  ip -n "$PLANT-$1" link set lo up
  mkdir -p "$STATE/$1/.snmp"
  echo "127.0.0.1 localhost" >"$STATE/$1/hosts"
  : >"$STATE/$1/resolv.conf"
}

# Checksums and segments as on a wire, not as handed to a network card.
as_on_the_wire() {  # NAME INTERFACE
  ip netns exec "$PLANT-$1" ethtool -K "$2" rx off tx off tso off gso off gro off sg off >/dev/null 2>&1 || true
}

# A bridge a segment. Segments called vlanN become tagged with N when the capture is published, as on the
# mirror of a trunk (not every kernel has bridges with VLANs).
switch_up() {  # SEGMENT...
  local segment
  namespace switch
  namespace mirror
  segments=("$@") ports=0
  for segment; do
    ip -n "$PLANT-switch" link add "$segment" type bridge ageing_time 0 mcast_snooping 0
    ip -n "$PLANT-switch" link set "$segment" up
    port mirror "$segment" "" "$segment"
    ip -n "$PLANT-mirror" link set "$segment" arp off multicast off promisc on
  done
}

port() {  # NAME INTERFACE MAC SEGMENT
  ports=$((ports + 1))
  ip -n "$PLANT-switch" link add "port$ports" type veth peer name "$2" netns "$PLANT-$1"
  ip -n "$PLANT-switch" link set "port$ports" master "$4"
  ip netns exec "$PLANT-switch" bridge link set dev "port$ports" learning off
  [ -z "$3" ] || ip -n "$PLANT-$1" link set "$2" address "$3"
  as_on_the_wire switch "port$ports"
  as_on_the_wire "$1" "$2"
  ip -n "$PLANT-switch" link set "port$ports" up
  ip -n "$PLANT-$1" link set "$2" up
}

host() {  # NAME MAC SEGMENT ADDRESS/PREFIX|dhcp [GATEWAY [RESOLVER]]
  namespace "$1"
  port "$1" eth0 "$2" "$3"
  [ "$4" = dhcp ] || ip -n "$PLANT-$1" addr add "$4" dev eth0
  [ -z "${5:-}" ] || ip -n "$PLANT-$1" route add default via "$5"
  [ -z "${6:-}" ] || echo "nameserver $6" >"$STATE/$1/resolv.conf"
}

like() {  # windows|rtos NAME...   what shows in a system's packets
  local kind=$1 name
  shift
  for name; do
    case $kind in
      windows) ip netns exec "$PLANT-$name" sysctl -qw net.ipv4.ip_default_ttl=128 net.ipv4.tcp_timestamps=0 ;;
      rtos) ip netns exec "$PLANT-$name" sysctl -qw net.ipv4.ip_default_ttl=64 net.ipv4.tcp_timestamps=0 \
        net.ipv4.tcp_sack=0 net.ipv4.tcp_window_scaling=0 ;;
    esac
  done
}

cable() {  # NAME INTERFACE ADDRESS NAME INTERFACE ADDRESS   a line that the mirror port does not see
  ip -n "$PLANT-$1" link add "$2" type veth peer name "$5" netns "$PLANT-$4"
  ip -n "$PLANT-$1" addr add "$3" dev "$2"
  ip -n "$PLANT-$4" addr add "$6" dev "$5"
  as_on_the_wire "$1" "$2"
  as_on_the_wire "$4" "$5"
  ip -n "$PLANT-$1" link set "$2" up
  ip -n "$PLANT-$4" link set "$5" up
}

# Runs a command as the host: its network, its name, its resolver, nothing of this machine's environment.
on() {  # NAME COMMAND...
  local name=$1
  shift
  # shellcheck disable=SC2016
  exec ip netns exec "$PLANT-$name" env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C \
    HOME="$STATE/$name" MIBS= SNMP_PERSISTENT_DIR="$STATE/$name/.snmp" NODE_PATH="$STATE/node_modules" unshare --uts --mount sh -ec '
      hostname "$1"
      mount -t tmpfs tmpfs /run
      mkdir -p /run/sshd /run/vsftpd/empty /run/avahi-daemon /run/chrony
      mount --bind "$2/hosts" /etc/hosts
      mount --bind "$2/resolv.conf" /etc/resolv.conf
      cd "$2"; shift 2; exec "$@"' - "$name" "$STATE/$name" "$@"
}
# run waits for the end and notes a failure, start does not wait.
run() { (on "$@") >>"$STATE/log" 2>&1 || echo "  ($1: ${*:2:3} … ended with $?)" >>"$STATE/log"; }
start() {
  (on "$@") >>"$STATE/log" 2>&1 </dev/null &
  disown
}

lease() {  # NAME INTERFACE [HOST_NAME [VENDOR_CLASS]]
  run "$1" busybox udhcpc -f -n -q -t 5 -i "$2" -s "$STATE/dhcp-script" -x "hostname:${3:-$1}" -V "${4:-MSFT 5.0}"
}

dhcp_script() {
  cat >"$STATE/dhcp-script" <<'END'
#!/bin/sh
[ "$1" = bound ] || exit 0
ip addr add "$ip/$mask" dev "$interface"
[ -z "$router" ] || ip route add default via "$router" || true
: >/etc/resolv.conf
for resolver in $dns; do echo "nameserver $resolver" >>/etc/resolv.conf; done
END
  chmod +x "$STATE/dhcp-script"
}

certificate_authority() {  # NAME
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -subj "/O=$1/CN=$1 CA" \
    -keyout "$STATE/ca.key" -out "$STATE/ca.pem" 2>/dev/null
}
certificate() {  # HOST_NAME   → STATE/HOST_NAME.pem, .key
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$1" \
    -keyout "$STATE/$1.key" -out "$STATE/$1.csr" 2>/dev/null
  openssl x509 -req -in "$STATE/$1.csr" -CA "$STATE/ca.pem" -CAkey "$STATE/ca.key" -CAcreateserial -days 825 \
    -extfile <(echo "subjectAltName=DNS:$1") -out "$STATE/$1.pem" 2>/dev/null
}

web_server() {  # NAME SERVER_BLOCKS   nginx
  cat >"$STATE/$1/nginx.conf" <<END
user root; worker_processes 1; daemon off; pid /run/nginx.pid; error_log stderr warn;
events { worker_connections 64; }
http { access_log off; server_tokens ${WEB_TOKENS:-on}; default_type text/html;
$2
}
END
  start "$1" nginx -e stderr -c "$STATE/$1/nginx.conf"
}

snmp_agent() {  # NAME DESCRIPTION OBJECT_ID   net-snmp, community public, system group only
  cat >"$STATE/$1/snmpd.conf" <<END
agentaddress udp:161
view system included .1.3.6.1.2.1.1
rocommunity public default -V system
sysName $1
sysDescr $2
sysObjectID $3
sysContact maintenance section
sysLocation main building
sysServices 72
END
  start "$1" snmpd -f -Le -C -I -ifTable -c "$STATE/$1/snmpd.conf" -p /run/snmpd.pid
}

ssh_server() {  # NAME
  ssh-keygen -q -t ed25519 -N "" -C "" -f "$STATE/$1/host_key"
  cat >"$STATE/$1/sshd_config" <<END
HostKey $STATE/$1/host_key
AuthorizedKeysFile $STATE/user_key.pub
StrictModes no
UsePAM no
PermitRootLogin prohibit-password
PasswordAuthentication no
PrintMotd no
Subsystem sftp internal-sftp
END
  start "$1" /usr/sbin/sshd -D -e -f "$STATE/$1/sshd_config"
}
# tshark 4.0 misreads the hybrid key exchange that OpenSSH prefers.
ssh_options="-F none -o KexAlgorithms=curve25519-sha256 -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o BatchMode=yes -o ConnectTimeout=5"

capture_start() {
  (exec ip netns exec "$PLANT-mirror" dumpcap -q -s 65535 "${segments[@]/#/-i}" -w "$STATE/raw.pcapng") >>"$STATE/log" 2>&1 &
  capture=$!
  until [ -s "$STATE/raw.pcapng" ]; do sleep 0.2; done
}
capture_stop() {  # FILE
  kill -TERM "$capture"
  wait "$capture" || true
  "$STATE/publish_pcapng" "$STATE/raw.pcapng" "$1"
}

tear_down() {
  local each
  for each in "${namespaces[@]}"; do
    # shellcheck disable=SC2046
    kill -KILL $(ip netns pids "$each") 2>/dev/null || true
    ip netns del "$each" 2>/dev/null || true
  done
  namespaces=()
}
