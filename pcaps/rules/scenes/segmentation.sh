# shellcheck shell=bash disable=SC2016,SC2034,SC2086,SC2154
# Who shares a wire, and what passes between zones. Control is 192.168.7.0/24, office 192.168.8.0/24. To be sourced.

office_reads() {  # OFFICE_ADDRESS
  router
  behind_router OFFICE "$1"
  cast SRV01
  page SRV01
  action
  run OFFICE $fetch --interface "$1" http://192.168.7.2/
}
scene_office_to_control() { office_reads 192.168.8.40; }
scene_jump_host_to_control() { office_reads 192.168.8.50; }
scene_office_on_control_vlan() {
  switch_up vlan10 vlan20
  cast_in vlan10 192.168.7 HMI01 PLC01 PC01 SRV02
  slave PLC01
  page SRV02
  action
  poll HMI01 192.168.7.11
  run PC01 $fetch http://192.168.7.9/
}
scene_office_on_its_vlan() {
  switch_up vlan10 vlan20
  cast_in vlan10 192.168.7 HMI01 PLC01
  cast_in vlan20 192.168.8 PC01 SRV02
  slave PLC01
  page SRV02
  action
  poll HMI01 192.168.7.11
  run PC01 $fetch http://192.168.8.9/
}
two_subnets() {  # SEGMENT   of the second
  switch_up vlan10 vlan20
  cast_in vlan10 192.168.7 HMI01 PLC01
  cast_in "$1" 192.168.8 SCADA01 PLC02
  slave PLC01
  slave PLC02
  action
  poll HMI01 192.168.7.11
  poll SCADA01 192.168.8.12
}
scene_subnets_one_vlan() { two_subnets vlan10; }
scene_subnets_two_vlans() { two_subnets vlan20; }
loop() {  # MAC   of what asks for an address in VLAN 20
  switch_up vlan10 vlan20
  cast_in vlan10 192.168.7 HMI01 PLC01
  namespace BOX
  port BOX eth0 "$1" vlan20
  slave PLC01
  action
  poll HMI01 192.168.7.11
  run BOX busybox udhcpc -f -n -q -t 2 -T 1 -i eth0 -s /bin/true
}
scene_mac_twice() { loop "${card[HMI01]}"; }
scene_mac_once() { loop "${card[PC02]}"; }
two_legs() {  # SECOND_ADDRESS
  cast HMI01 PLC01 SRV01
  ip -n "$PLANT-SRV01" addr add "$1/24" dev eth0
  host SRV02 "${card[SRV02]}" span "${1%.*}.9/24"
  slave PLC01
  page SRV01
  action
  poll HMI01 192.168.7.11
  run HMI01 $fetch http://192.168.7.2/
  run SRV02 $fetch "http://$1/"
}
scene_two_legs() { two_legs 192.168.8.2; }
scene_two_addresses() { two_legs 192.168.7.6; }  # both in the same subnet
told_legs() {  # OTHER_ADDRESS   which the OPC server has, too, by its own word
  cast HMI01 SCADA01
  start SCADA01 python3 "$STATE/opc_server.py" 192.168.7.10 "$1"
  up SCADA01 135
  action
  run HMI01 node --openssl-legacy-provider "$STATE/opc_client.js" 192.168.7.10  # for MD4, which NTLM has
}
scene_told_legs() { told_legs 192.168.8.10; }
scene_told_addresses() { told_legs 192.168.7.110; }  # both in the same subnet
# What SRV01 says of its second leg, 192.168.8.2, which the mirror port does not see.
second_leg() {
  namespace FAR
  cable SRV01 eth1 192.168.8.2/24 FAR eth0 192.168.8.250/24
}
list_servers() {  # SERVER ADDRESS   as HMI01 calls it
  up "$1" 4840
  action
  run HMI01 node "$STATE/opcua_servers.js" "opc.tcp://$2:4840"
}
scene_opcua_two_legs() {
  cast HMI01 SRV01
  second_leg
  start SRV01 node "$STATE/opcua_server.js" "$STATE/SRV01" anonymous 192.168.7.2 192.168.8.2
  list_servers SRV01 192.168.7.2
}
scene_opcua_behind_nat() {  # the server was told by what address it is reached
  cast HMI01
  cell
  ip netns exec "$PLANT-BOX" nft "table ip d { chain c { type nat hook prerouting priority -100; iifname eth0 tcp dport 4840 dnat to 10.0.0.2; }; }"
  start CELL node "$STATE/opcua_server.js" "$STATE/CELL" anonymous 10.0.0.2 192.168.7.70
  list_servers CELL 192.168.7.70
}
name_host() {  # HOST LINE...   nmbd
  local folder="$STATE/$1/samba" line
  mkdir -p "$folder/private"
  {
    printf '%s\n' "[global]" "workgroup = PLANT" "netbios name = $1" "server role = standalone server" "local master = no" \
      "private dir = $folder/private" "lock directory = $folder" "state directory = $folder" "cache directory = $folder" \
      "pid directory = $folder" "ncalrpc dir = $folder/ncalrpc"
    for line in "${@:2}"; do echo "$line"; done
  } >"$folder/smb.conf"
  start "$1" sh -c 'mkdir -p /run/samba; exec nmbd -F --no-process-group -s "$1"' - "$folder/smb.conf"
  action 6  # names are registered by then
}
name_of() {  # ADDRESS [OPTION...]   asks it for SRV01
  printf '[global]\nworkgroup = PLANT\n' >"$STATE/HMI01/client.conf"
  run HMI01 nmblookup -s "$STATE/HMI01/client.conf" -U "$1" "${@:2}" SRV01#20
}
scene_name_of_two_legs() {
  cast HMI01 SRV01
  second_leg
  name_host SRV01 "interfaces = eth0 eth1"
  name_of 192.168.7.2
}
scene_name_by_server() {  # SRV02 knows SRV01's addresses
  cast HMI01 SRV02
  mkdir -p "$STATE/SRV02/samba"
  printf '%s\n' "VERSION 1 0" '"SRV01#20" 0 192.168.7.2 192.168.8.2 64R' >"$STATE/SRV02/samba/wins.dat"
  name_host SRV02 "interfaces = eth0" "wins support = yes"
  name_of 192.168.7.9 --recursion
}
web_with() {  # CERTIFICATE KEY
  page SRV01 "listen 443 ssl" "ssl_protocols TLSv1.2; ssl_certificate $1; ssl_certificate_key $2;"
  up SRV01 443
  action
  run HMI01 $fetch -k https://192.168.7.2/
}
legs="subjectAltName=DNS:srv01,IP:192.168.7.2,IP:192.168.8.2"
scene_certificate_two_legs() {
  cast HMI01 SRV01
  second_leg
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -subj "/CN=srv01" -addext "$legs" \
    -keyout "$STATE/own.key" -out "$STATE/own.pem" 2>/dev/null
  web_with "$STATE/own.pem" "$STATE/own.key"
}
scene_certificate_of_pair() {  # one for both servers, by an authority
  cast HMI01 SRV01
  certificate_authority "Water Works"
  certificate srv01
  openssl x509 -req -in "$STATE/srv01.csr" -CA "$STATE/ca.pem" -CAkey "$STATE/ca.key" -CAcreateserial -days 825 \
    -extfile <(echo "$legs") -out "$STATE/srv01.pem" 2>/dev/null
  web_with "$STATE/srv01.pem" "$STATE/srv01.key"
}
scene_modbus_from_office() {
  router
  behind_router OFFICE 192.168.8.40
  cast PLC01
  slave PLC01
  action
  run OFFICE node "$STATE/modbus_identify.js" 192.168.7.11 --from 192.168.8.40
}
scene_modbus_within() {
  router
  cast PLC01 HMI01
  slave PLC01
  action
  run HMI01 node "$STATE/modbus_identify.js" 192.168.7.11
}
scene_modbus_write_from_office() {
  router
  behind_router OFFICE 192.168.8.40
  ip -n "$PLANT-OFFICE" route replace default via 100.64.1.1 src 192.168.8.40
  cast PLC01
  slave PLC01
  action
  command OFFICE 192.168.7.11
}
# Three zones on one wire: planning 192.168.9.0/24, supervision 192.168.8.0/24, machines 192.168.7.0/24.
level() {  # PREFIX
  switch_up span
  cast_in span 192.168.7 PLC01
  cast_in span "$1" SRV01
  ip -n "$PLANT-PLC01" route add "$1.0/24" dev eth0
  ip -n "$PLANT-SRV01" route add 192.168.7.0/24 dev eth0
  slave PLC01
  action
  poll SRV01 192.168.7.11
}
scene_from_planning() { level 192.168.9; }
scene_from_supervision() { level 192.168.8; }
cells() {
  switch_up span
  cast_in span 192.168.7 SRV01
  cast_in span 192.168.8 HMI01
  ip -n "$PLANT-SRV01" route add 192.168.8.0/24 dev eth0
  ip -n "$PLANT-HMI01" route add 192.168.7.0/24 dev eth0
}
scene_cells_by_web() {
  cells
  page SRV01
  action
  run HMI01 $fetch http://192.168.7.2/
}
scene_cells_by_ssh() {
  cells
  shell_server SRV01
  action
  shell_to HMI01 192.168.7.2
}
share_into_control() {  # OFFICE_ADDRESS
  router
  behind_router OFFICE "$1"
  ip -n "$PLANT-OFFICE" route replace default via 100.64.1.1 src "$1"
  cast HMI01
  shares HMI01
  action 2
  open_share OFFICE 192.168.7.30
}
scene_share_from_office() { share_into_control 192.168.8.40; }
scene_share_from_jump_host() { share_into_control 192.168.8.50; }

cell() {  # behind a box that translates its addresses
  namespace BOX
  port BOX eth0 00:90:e8:07:00:70 span
  ip -n "$PLANT-BOX" addr add 192.168.7.70/24 dev eth0
  ip netns exec "$PLANT-BOX" sysctl -qw net.ipv4.ip_forward=1
  namespace CELL
  cable BOX cell 10.0.0.1/24 CELL eth0 10.0.0.2/24
  ip -n "$PLANT-CELL" route add default via 10.0.0.1
  ip netns exec "$PLANT-BOX" nft "table ip t { chain c { type nat hook postrouting priority 100; oifname eth0 masquerade; }; }"
}
machine() {
  cast SRV01
  cell
  page SRV01
  action
}
scene_behind_nat() {
  machine
  run CELL $fetch http://192.168.7.2/
}
scene_box_itself() {  # the same box, on its own behalf
  machine
  run BOX $fetch http://192.168.7.2/
}

# ─── what groups hear ────────────────────────────────────────────────────────
leak() {  # SEGMENT SEGMENT   a cable that lets frames to groups through, and no others
  ip -n "$PLANT-switch" link add leak1 type veth peer name leak2
  ip -n "$PLANT-switch" link set leak1 master "$1"
  ip -n "$PLANT-switch" link set leak2 master "$2"
  for each in leak1 leak2; do
    ip netns exec "$PLANT-switch" bridge link set dev $each learning off flood off
    as_on_the_wire switch $each
    ip -n "$PLANT-switch" link set $each up
  done
}
discovery() {  # ENG01 looks for BACnet devices by broadcast, beside an office with a VLAN of its own
  switch_up vlan10 vlan20
  cast_in vlan10 192.168.7 PLC01 ENG01
  cast_in vlan20 192.168.8 PC01 PC02 SRV02
  [ -z "${1:-}" ] || leak vlan10 vlan20
  start PLC01 node "$STATE/bacnet_device.js" 192.168.7.11 192.168.7.255
  page SRV02
  segments=(vlan20)  # the mirror port is the office's
  action
  run ENG01 node "$STATE/bacnet_ask.js" 192.168.7.20 192.168.7.11 192.168.7.255 who
  run ENG01 node "$STATE/bacnet_ask.js" 192.168.7.20 192.168.7.11 192.168.7.255 name
  for each in PC01 PC02; do run $each $fetch http://192.168.8.9/; done
}
scene_discovery_leaks() { discovery leak; }
scene_discovery_stays() { discovery; }
