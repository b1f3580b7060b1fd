# shellcheck shell=bash disable=SC2016,SC2034,SC2086,SC2154
# Commands to controllers, and what looks for them. To be sourced.

scene_write_by_scada() {
  cast SCADA01 ENG01 PLC01
  slave PLC01
  action
  poll ENG01 192.168.7.11
  command SCADA01 192.168.7.11
}
scene_write_by_engineering() {
  cast SCADA01 ENG01 PLC01
  slave PLC01
  action
  poll SCADA01 192.168.7.11
  command ENG01 192.168.7.11
}
scene_write_by_both() {
  cast SCADA01 ENG01 PLC01
  slave PLC01
  action
  command SCADA01 192.168.7.11
  command ENG01 192.168.7.11
}
scene_writes_refused() {
  cast ENG01 PLC01
  slave PLC01
  action
  ask ENG01 192.168.7.11 beyond beyond beyond write
}
scene_reads_refused() {
  cast ENG01 PLC01
  slave PLC01
  action
  ask ENG01 192.168.7.11 read-beyond read-beyond read-beyond write
}
units() {  # [broadcast]
  cast ENG01 PLC01
  start PLC01 python3 "$STATE/modbus_units.py" "$@"
  action 2
  ask ENG01 192.168.7.11 1 read
  ask ENG01 192.168.7.11 0 write
}
scene_unit_0_broadcast() { units broadcast; }
scene_unit_0_answered() { units; }
scene_file_record() {
  cast ENG01 PLC01
  start PLC01 python3 "$STATE/modbus_units.py"
  action 2
  ask ENG01 192.168.7.11 read file
}
scene_registers_written() {
  cast ENG01 PLC01
  start PLC01 python3 "$STATE/modbus_units.py"
  action 2
  ask ENG01 192.168.7.11 read write
}
device() {  # restart|name
  cast ENG01 PLC01
  start PLC01 node "$STATE/bacnet_device.js" 192.168.7.11 192.168.7.255
  action 1.5
  run ENG01 node "$STATE/bacnet_ask.js" 192.168.7.20 192.168.7.11 192.168.7.255 "$1"
}
scene_bacnet_restart() { device restart; }
scene_bacnet_name() { device name; }
timed() {  # MOMENT   at which the write is seen
  at=$1
  switch_up span
  cast_in span 192.168.7 PLC01
  cast_in span 192.168.8 SCADA01
  ip -n "$PLANT-PLC01" route add 192.168.8.0/24 dev eth0
  ip -n "$PLANT-SCADA01" route add 192.168.7.0/24 dev eth0
  slave PLC01
  action
  command SCADA01 192.168.7.11
}
scene_write_on_sunday() { timed 2026-03-08T02:30:00Z; }
scene_write_on_monday() { timed 2026-03-09T02:30:00Z; }
scene_port_scan() {
  cast ENG01 SRV01
  shell_server SRV01
  action
  run ENG01 nmap -n -sT -p 1-40 192.168.7.2
}
scene_few_ports() {
  cast ENG01 SRV01
  shell_server SRV01
  action
  run ENG01 nmap -n -sT -p 20-29 192.168.7.2
}
odd_port() {
  cast HMI01 PLC01
  slave PLC01
}
scene_unknown_protocol() {
  odd_port
  start PLC01 socat TCP-LISTEN:4321,fork,reuseaddr SYSTEM:'head -c 12; printf "\001\000\012\377READY\012\001"'
  action
  poll HMI01 192.168.7.11
  (printf '\002\000\010\376LINE1\n\001' | on HMI01 socat -t 1 - TCP:192.168.7.11:4321) >>"$STATE/log" 2>&1 || true
}
scene_known_protocol() {  # on that port, too
  odd_port
  shell_server PLC01 4321
  action
  poll HMI01 192.168.7.11
  shell_to HMI01 192.168.7.11 -p 4321
}

# ─── more ways of the same ───────────────────────────────────────────────────
scene_address_scan() {
  cast ENG01 PLC01
  slave PLC01
  action
  run ENG01 nmap -n -sT -p 502 192.168.7.0/25
}
scene_few_addresses() {
  cast ENG01 PLC01
  slave PLC01
  action
  run ENG01 nmap -n -sT -p 502 192.168.7.8-20
}
ask_units() {  # LAST   one after the other; there are 1 and 2
  local unit
  cast ENG01 PLC01
  start PLC01 python3 "$STATE/modbus_units.py"
  action 2
  for ((unit = 1; unit <= $1; unit++)); do ask ENG01 192.168.7.11 $unit read; done
}
scene_unit_scan() { ask_units 20; }
scene_few_units() { ask_units 6; }
