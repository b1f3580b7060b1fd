# shellcheck shell=bash disable=SC2034,SC2154,SC2086
# Who plays in the scenes: the same hosts, addresses and makers of network cards each time. To be sourced.
#   RT01 .1  SRV01 .2  SW01 .3  SCADA01 .10  PLC01 .11  PLC02 .12  ENG01 .20  HMI01 .30  PC01 .40  PC02 .41
# in 192.168.7.0/24, unless a scene says otherwise.

declare -A card=([RT01]=00:a0:de:07:00:01 [SRV01]=00:00:0e:07:00:02 [SRV02]=00:00:0e:07:00:09 [SW01]=00:80:63:07:00:03
  [SCADA01]=00:16:97:07:00:10 [PLC01]=28:e9:8e:07:00:11 [PLC02]=00:80:f4:07:00:12 [ENG01]=98:e7:43:07:00:20
  [HMI01]=74:fe:48:07:00:30 [PC01]=9c:7b:ef:07:00:40 [PC02]=00:00:0e:07:00:41)
declare -A place=([RT01]=1 [SRV01]=2 [SRV02]=9 [SW01]=3 [SCADA01]=10 [PLC01]=11 [PLC02]=12 [ENG01]=20 [HMI01]=30 [PC01]=40 [PC02]=41)
ssh_to="ssh -F none -o KexAlgorithms=curve25519-sha256 -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o BatchMode=yes -o ConnectTimeout=5"
fetch="curl -sS -m 6 -o /dev/null"

# By name, in their usual place: all behind RT01, if there is one.
cast() {  # NAME...
  local name
  [ -n "${segments:-}" ] || switch_up span
  for name; do
    [ "$name" = RT01 ] || host "$name" "${card[$name]}" span "192.168.7.${place[$name]}/24" "${gateway:-}" 192.168.7.2
  done
}
cast_in() {  # SEGMENT PREFIX NAME...   as above, elsewhere: PREFIX 192.168.8
  local name segment=$1 prefix=$2
  shift 2
  for name; do host "$name" "${card[$name]}" "$segment" "$prefix.${place[$name]}/24" "${gateway:-}"; done
}
# RT01 in the segment, and behind it hosts that the mirror port does not see.
router() {
  gateway=192.168.7.1
  [ -n "${segments:-}" ] || switch_up span
  namespace RT01
  port RT01 eth0 "${card[RT01]}" span
  ip -n "$PLANT-RT01" addr add 192.168.7.1/24 dev eth0
  ip netns exec "$PLANT-RT01" sysctl -qw net.ipv4.ip_forward=1
}
behind_router() {  # NAME ADDRESS...
  local name=$1 each
  shift
  behind=$((${behind:-0} + 1))
  namespace "$name"
  cable RT01 "line$behind" "100.64.$behind.1/30" "$name" line "100.64.$behind.2/30"
  ip -n "$PLANT-$name" route add default via "100.64.$behind.1"
  for each; do
    ip -n "$PLANT-$name" addr add "$each/32" dev lo
    ip -n "$PLANT-RT01" route add "$each" via "100.64.$behind.2"
  done
}
outside() { router; behind_router INTERNET "$@"; }  # ADDRESS...   the internet, as far as the scene needs it

action() { sleep "${1:-1}"; capture_start; }  # once everything that serves has come up

up() {  # HOST TCP_PORT   until it listens
  local tries=0
  until [ -n "$(ip netns exec "$PLANT-$1" ss -Hltn "sport = :$2")" ] || [ $((tries += 1)) -gt 150 ]; do sleep 0.2; done
}

slave() { start "$1" "$STATE/modbus_slave" 0.0.0.0; }  # PLC
poll() { run "$1" "$STATE/modbus_master" "$2" 1 3 40; }  # FROM ADDRESS   reads
command() { run "$1" "$STATE/modbus_master" "$2" 1 7 40 write; }  # FROM ADDRESS   reads and writes
ask() { run "$1" python3 "$STATE/modbus_ask.py" "${@:2}"; }  # FROM ADDRESS WHAT...

page() {  # HOST [LINE...]   nginx with one page
  mkdir -p "$STATE/$1/www"
  echo '<html><title>Notices</title><p>Safety week</html>' >"$STATE/$1/www/index.html"
  chmod 755 "$STATE/$1" "$STATE/$1/www"
  WEB_TOKENS=off web_server "$1" "server { ${2:-listen 80}; root $STATE/$1/www; try_files \$uri /index.html; ${*:3} }"
}
names() {  # HOST NAME/ADDRESS...   dnsmasq as resolver; other names do not exist
  local host=$1 each entries=()
  shift
  for each; do entries+=("--address=/$each"); done
  start "$host" dnsmasq -k -C /dev/null --user=root --group=root --port=53 -R -h --local=/#/ "${entries[@]}"
}
look_up() { run "$1" dig +tries=1 +time=2 +noedns "@${3:-192.168.7.2}" "$2"; }  # FROM NAME [RESOLVER]
dhcp_server() {  # HOST RANGE_START RANGE_END [OPTION...]
  local host=$1 first=$2 last=$3
  shift 3
  start "$host" dnsmasq -k -C /dev/null --user=root --group=root --port=0 --interface=eth0 --bind-interfaces \
    --dhcp-leasefile=/run/leases --dhcp-authoritative --no-ping --dhcp-range="$first,$last,255.255.255.0,12h" "$@"
}
shell_server() {  # HOST [PORT]
  [ -f "$STATE/user_key" ] || ssh-keygen -q -t ed25519 -N "" -C "" -f "$STATE/user_key"
  ssh_server "$1"
  [ -z "${2:-}" ] || echo "Port $2" >>"$STATE/$1/sshd_config"
}
shell_to() { run "$1" $ssh_to -i "$STATE/user_key" "${@:3}" "root@$2" uptime; }  # FROM ADDRESS [OPTION...]
file_server() { start "$1" python3 "$STATE/plc_ftp.py" 0.0.0.0 "$STATE/www" "FTP server ready." "$2" "$3"; }  # HOST USER PASSWORD
agent() {  # HOST LINE...   net-snmp with these lines
  printf '%s\n' "agentaddress udp:161" "sysName $1" "sysDescr Managed switch" "sysContact maintenance" "sysLocation hall" \
    "${@:2}" >"$STATE/$1/snmpd.conf"
  start "$1" snmpd -f -Le -C -I -ifTable -c "$STATE/$1/snmpd.conf" -p /run/snmpd.pid
}
shares() {  # HOST LINE...   Samba with one share, and one account
  local folder="$STATE/$1/samba" line
  mkdir -p "$folder/private" "$folder/files"
  echo "plan" >"$folder/files/plan.txt"
  chmod 755 "$STATE/$1" "$folder" "$folder/files"
  {
    printf '%s\n' "[global]" "workgroup = PLANT" "netbios name = $1" "server string = files" "server role = standalone server" \
      "disable netbios = yes" "smb ports = 445" "map to guest = never" "load printers = no" "disable spoolss = yes" \
      "private dir = $folder/private" "lock directory = $folder" "state directory = $folder" "cache directory = $folder" \
      "pid directory = $folder" "ncalrpc dir = $folder/ncalrpc" "passdb backend = tdbsam:$folder/private/passdb.tdb"
    for line in "${@:2}"; do echo "$line"; done
    printf '%s\n' "[files]" "path = $folder/files" "read only = yes"
  } >"$folder/smb.conf"
  (printf 'Kojo2019\nKojo2019\n' | on "$1" smbpasswd -c "$folder/smb.conf" -s -a backup) >>"$STATE/log" 2>&1
  start "$1" smbd -F --no-process-group -s "$folder/smb.conf"
  up "$1" 445
}
open_share() {  # FROM ADDRESS [OPTION...]
  mkdir -p "$STATE/$1"
  printf '[global]\nworkgroup = PLANT\nclient min protocol = NT1\n' >"$STATE/$1/client.conf"
  run "$1" smbclient "//$2/files" -s "$STATE/$1/client.conf" -U backup%Kojo2019 "${@:3}" -c "get plan.txt -"
}
