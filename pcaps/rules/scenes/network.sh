# shellcheck shell=bash disable=SC2016,SC2034,SC2086,SC2154
# What network devices do and tell, and what the register says. To be sourced.

scene_one_direction() {
  cast HMI01 PLC01
  slave PLC01
  action
  for _ in 1 2 3 4; do poll HMI01 192.168.7.11; done
  cut="eth.src==${card[HMI01]}"
}
scene_both_directions() {
  cast HMI01 PLC01
  slave PLC01
  action
  for _ in 1 2 3 4; do poll HMI01 192.168.7.11; done
}
neighbours() {  # SEGMENT   in which SW01 tells its neighbours who it is
  switch_up vlan10 vlan20
  ip -n "$PLANT-switch" link set "$1" type bridge group_fwd_mask 0x4000  # LLDP, too, reaches the mirror port
  cast_in vlan10 192.168.7 HMI01 PLC01
  cast_in "$1" 192.168.8 SW01
  slave PLC01
  action
  echo "192.168.8.3 SW01" >>"$STATE/SW01/hosts"  # it wants to know its own name
  start SW01 lldpd -d -I eth0 -C eth0 -S "Managed switch"
  poll HMI01 192.168.7.11
  sleep 5
}
scene_lldp_in_control() { neighbours vlan10; }
scene_lldp_elsewhere() { neighbours vlan20; }
box() {  # MAC
  cast SRV01
  host BOX "$1" span dhcp
  dhcp_server SRV01 192.168.7.100 192.168.7.120 --dhcp-option=3
  page SRV01
  action
  lease BOX eth0
  run BOX $fetch http://192.168.7.2/
}
scene_home_maker() { box 00:0d:0b:07:00:70; }      # Buffalo
scene_industry_maker() { box 00:90:e8:07:00:70; }  # Moxa
claim() {  # ADDRESS   of the second host
  cast ENG01 HMI01
  host PC02 "${card[PC02]}" span "$1/24"
  action
  run ENG01 busybox ping -c 2 192.168.7.30
  ip -n "$PLANT-ENG01" neigh flush dev eth0
  ip netns exec "$PLANT-HMI01" ip link set eth0 arp off
  run ENG01 busybox ping -c 2 "$1"
  ip netns exec "$PLANT-HMI01" ip link set eth0 arp on
  ip -n "$PLANT-ENG01" neigh flush dev eth0
  run ENG01 busybox ping -c 2 192.168.7.30
}
scene_address_twice() { claim 192.168.7.30; }
scene_address_once() { claim 192.168.7.41; }
second_way() {  # by which HMI01 and PLC01 speak through PC02; the mirror port is that of HMI01
  cast HMI01 PLC01
  host PC02 "${card[PC02]}" span 192.168.7.41/24
  ip netns exec "$PLANT-PC02" sysctl -qw net.ipv4.ip_forward=1
  slave PLC01
  action
  poll HMI01 192.168.7.11
  cut="eth.addr==${card[HMI01]} || eth.dst==ff:ff:ff:ff:ff:ff"
}
scene_device_relayed() {
  second_way
  start PC02 arpspoof -i eth0 -r -t 192.168.7.30 192.168.7.11
  for _ in {1..8}; do
    sleep 3
    poll HMI01 192.168.7.11
  done
}
scene_device_routed() {
  second_way
  ip -n "$PLANT-HMI01" route add 192.168.7.11 via 192.168.7.41
  ip -n "$PLANT-PLC01" route add 192.168.7.30 via 192.168.7.41
  for _ in {1..8}; do poll HMI01 192.168.7.11; done
}
leases() {  # SECOND_SERVER|""
  cast SRV01
  host PC01 "${card[PC01]}" span dhcp
  host PC02 "${card[PC02]}" span dhcp
  dhcp_server SRV01 192.168.7.100 192.168.7.120 --dhcp-option=3 ${1:+--dhcp-host=${card[PC02]},ignore}
  if [ -n "$1" ]; then
    cast "$1"
    dhcp_server "$1" 192.168.7.130 192.168.7.140 --dhcp-option=3 --dhcp-host="${card[PC01]},ignore"
  fi
  action
  lease PC01 eth0
  lease PC02 eth0
}
scene_two_dhcp_servers() { leases SRV02; }
scene_one_dhcp_server() { leases ""; }
smart_install() {
  cast ENG01 SW01
}
scene_smart_install_open() {  # something listens on the port: no software of that switch is to be had
  smart_install
  start SW01 socat TCP-LISTEN:4786,fork,reuseaddr SYSTEM:'cat >/dev/null'
  action
  run ENG01 nmap -n -Pn -sT -p 4786 192.168.7.3
}
scene_smart_install_closed() {
  smart_install
  action
  run ENG01 nmap -n -Pn -sT -p 4786 192.168.7.3
}
# Two bridges of the kernel with spanning tree, each with one leg in the segment.
bridges() {
  local each
  cast PC01
  for each in SW01 SW02; do
    namespace $each
    ip -n "$PLANT-$each" link add br0 type bridge stp_state 1 forward_delay 200 hello_time 100
  done
  port SW01 eth0 "${card[SW01]}" span
  port SW02 eth0 00:80:63:07:00:05 span
  for each in SW01 SW02; do
    ip -n "$PLANT-$each" link set eth0 master br0
  done
  ip -n "$PLANT-SW01" link set br0 address "${card[SW01]}"
  ip -n "$PLANT-SW02" link set br0 address 00:80:63:07:00:05
  ip -n "$PLANT-SW01" link set br0 type bridge priority 4096
}
scene_root_changes() {  # a bridge with a better priority joins
  bridges
  ip -n "$PLANT-SW01" link set br0 up
  action 3
  sleep 2.5
  ip -n "$PLANT-SW02" link set br0 type bridge priority 0
  ip -n "$PLANT-SW02" link set br0 up
  sleep 6
}
scene_root_stays() {  # with a worse one
  bridges
  ip -n "$PLANT-SW01" link set br0 up
  action 3
  sleep 2.5
  ip -n "$PLANT-SW02" link set br0 type bridge priority 61440
  ip -n "$PLANT-SW02" link set br0 up
  sleep 6
}
register() {  # NAME...   who is there
  cast SCADA01 "$@"
  for each; do slave "$each"; done
  action
  for each; do poll SCADA01 "192.168.7.${place[$each]}"; done
}
scene_one_controller() { register PLC01; }
scene_two_controllers() { register PLC01 PLC02; }

# ─── more ways of the same ───────────────────────────────────────────────────
relayed() {  # the server is behind RT01, which hands its messages on
  router
  behind_router CENTRE 10.99.4.2
  host PC01 "${card[PC01]}" span dhcp
  host PC02 "${card[PC02]}" span dhcp
  start CENTRE dnsmasq -k -C /dev/null --user=root --group=root --port=0 --dhcp-leasefile=/run/leases --dhcp-authoritative --no-ping \
    --dhcp-range=192.168.7.100,192.168.7.120,255.255.255.0,12h --dhcp-option=3
  start RT01 dnsmasq -k -C /dev/null --user=root --group=root --port=0 --dhcp-relay=192.168.7.1,10.99.4.2
  action
  lease PC01 eth0
  lease PC02 eth0
}
scene_one_relayed_dhcp_server() { relayed; }
