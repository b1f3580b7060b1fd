# shellcheck shell=bash disable=SC2016,SC2034,SC2086,SC2154
# Ways out of the network and into it. To be sourced.

web=93.184.216.34

# ─── how far a call gets: refused, answered, data ────────────────────────────
scene_route_refused() {
  outside $web
  cast ENG01
  action
  run ENG01 $fetch http://$web:8080/
}
scene_route_answered() {
  outside $web
  cast ENG01
  start INTERNET socat TCP-LISTEN:8080,fork SYSTEM:'cat >/dev/null'
  action
  run ENG01 timeout 2 socat -u /dev/null TCP:$web:8080
}
scene_route_established() {
  outside $web
  cast ENG01
  page INTERNET "listen 8080"
  action
  run ENG01 $fetch http://$web:8080/
}
scene_inbound() {  # the same two, the other way round
  outside $web
  cast ENG01
  page ENG01 "listen 8080"
  action
  run INTERNET $fetch --interface $web http://192.168.7.20:8080/
}

# ─── names, time ──────────────────────────────────────────────────────────────
scene_name_public() {
  cast SRV01 PC01
  names SRV01 www.example.com/$web
  action
  look_up PC01 www.example.com
}
scene_name_public_unknown() {
  cast SRV01 PC01
  names SRV01
  action
  look_up PC01 www.example.com
}
scene_name_inside() {
  cast SRV01 PC01
  names SRV01 scada01.wtp.internal/192.168.7.10
  action
  look_up PC01 scada01.wtp.internal
}
scene_probe_by_name() {
  outside $web
  cast SRV01 PC01
  names SRV01 www.msftconnecttest.com/$web
  page INTERNET
  action
  run PC01 $fetch http://www.msftconnecttest.com/connecttest.txt
}
scene_probe_inside() {  # what asks is the same, but the name is one of the plant
  cast SRV01 PC01
  names SRV01 www.msftconnecttest.com.wtp.internal/192.168.7.2
  page SRV01
  action
  run PC01 $fetch http://www.msftconnecttest.com.wtp.internal/connecttest.txt
}
clock() { start "$1" chronyd -d -x -n -U -u root "local stratum 1" "allow all" "cmdport 0" "driftfile /run/drift" "pidfile /run/chronyd.pid"; }
ask_time() { run "$1" chronyd -x -Q -t 4 -U -u root "server $2 iburst maxsamples 1" "cmdport 0" "pidfile /run/c.pid"; }
scene_time_outside() {
  outside 133.243.238.163
  cast HMI01
  clock INTERNET
  action
  ask_time HMI01 133.243.238.163
}
scene_time_inside() {
  cast HMI01 SRV01
  clock SRV01
  action
  ask_time HMI01 192.168.7.2
}
scene_wpad() {
  cast SRV01 PC01
  names SRV01
  action
  look_up PC01 wpad.wtp.internal
}
scene_wpad_near() {
  cast SRV01 PC01
  names SRV01
  action
  look_up PC01 srv-wpad.wtp.internal
}

# ─── services on the internet ────────────────────────────────────────────────
scene_remote_access_name() {
  cast SRV01 HMI01
  names SRV01 router1.teamviewer.com/$web
  action
  look_up HMI01 router1.teamviewer.com
}
scene_remote_access_near() {  # another domain, that ends in the same letters
  cast SRV01 HMI01
  names SRV01 router1.notteamviewer.com/$web
  action
  look_up HMI01 router1.notteamviewer.com
}
scene_update_outside() {
  outside $web
  cast SRV01 HMI01
  names SRV01 ctldl.windowsupdate.com/$web
  page INTERNET
  action
  run HMI01 $fetch -A Windows-Update-Agent/10.0 http://ctldl.windowsupdate.com/msdownload/update/v3/static/trustedr/en/disallowedcertstl.cab
}
scene_update_inside() {
  cast SRV01 HMI01
  names SRV01 wsus.wtp.internal/192.168.7.2
  page SRV01 "listen 8530"
  action
  run HMI01 $fetch -A Windows-Update-Agent/10.0 http://wsus.wtp.internal:8530/msdownload/update/v3/static/trustedr/en/disallowedcertstl.cab
}
broker() {  # HOST NAME
  certificate_authority "Example"
  certificate "$2"
  page "$1" "listen 8883 ssl" "ssl_certificate $STATE/$2.pem; ssl_certificate_key $STATE/$2.key;"
}
scene_cloud() {
  outside 52.68.10.21
  cast HMI01
  broker INTERNET a1b2c3-ats.iot.ap-northeast-1.amazonaws.com
  action
  run HMI01 $fetch --cacert "$STATE/ca.pem" --resolve a1b2c3-ats.iot.ap-northeast-1.amazonaws.com:8883:52.68.10.21 \
    https://a1b2c3-ats.iot.ap-northeast-1.amazonaws.com:8883/
}
scene_cloud_near() {
  cast HMI01 SRV01
  broker SRV01 broker.wtp.internal
  action
  run HMI01 $fetch --cacert "$STATE/ca.pem" --resolve broker.wtp.internal:8883:192.168.7.2 https://broker.wtp.internal:8883/
}
scene_tunnel_443() {  # SSH where TLS is expected
  outside 52.198.7.77
  cast ENG01
  shell_server INTERNET 443
  action
  shell_to ENG01 52.198.7.77 -p 443
}
scene_tunnel_22() {
  outside 52.198.7.77
  cast ENG01
  shell_server INTERNET
  action
  shell_to ENG01 52.198.7.77
}
proxy() {
  mkdir -p "$STATE/SRV01/squid"
  printf '%s\n' "http_port 3128" "http_access allow all" "cache deny all" "pid_filename /run/squid.pid" "access_log none" \
    "cache_log /dev/null" "cache_store_log none" "coredump_dir $STATE/SRV01/squid" "cache_effective_user proxy" "visible_hostname SRV01" \
    "shutdown_lifetime 1 seconds" "pinger_enable off" "netdb_filename none" >"$STATE/SRV01/squid.conf"
  # Its shared memory must not meet that of another scene.
  start SRV01 sh -c 'mount -t tmpfs tmpfs /dev/shm && exec squid -N -f "$0"' "$STATE/SRV01/squid.conf"
  up SRV01 3128
}
scene_proxy_control() {  # an HMI, which polls a controller, goes through the proxy
  cast SRV01 HMI01 PLC01 SRV02
  proxy
  page SRV02
  slave PLC01
  action
  poll HMI01 192.168.7.11
  run HMI01 $fetch -x http://192.168.7.2:3128 http://192.168.7.9/
}
scene_proxy_office() {  # the HMI polls, an office PC goes through the proxy
  cast SRV01 HMI01 PLC01 SRV02 PC01
  proxy
  page SRV02
  slave PLC01
  action
  poll HMI01 192.168.7.11
  run PC01 $fetch -x http://192.168.7.2:3128 http://192.168.7.9/
}
desktop() {  # HOST   xrdp, security by TLS
  mkdir -p "$STATE/$1/xrdp"
  openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj "/CN=$1" -keyout "$STATE/$1/key.pem" -out "$STATE/$1/cert.pem" 2>/dev/null
  printf '%s\n' "[Globals]" "ini_version=1" "fork=true" "port=3389" "tcp_nodelay=true" "security_layer=negotiate" "crypt_level=high" \
    "certificate=$STATE/$1/cert.pem" "key_file=$STATE/$1/key.pem" "ssl_protocols=TLSv1.2, TLSv1.3" "bitmap_cache=true" \
    "[Logging]" "LogFile=/dev/null" "LogLevel=ERROR" "EnableSyslog=false" "[Channels]" "[Xorg]" "name=Xorg" "lib=libxup.so" >"$STATE/$1/xrdp.ini"
  start "$1" xrdp -n -c "$STATE/$1/xrdp.ini"
  up "$1" 3389
}
enumerate() { run "$1" nmap -n -Pn -sT -p 3389 --script rdp-enum-encryption "$2"; }
scene_desktop_outside() {
  outside 52.198.7.77
  ip -n "$PLANT-INTERNET" route replace default via 100.64.1.1 src 52.198.7.77
  cast HMI01
  desktop HMI01
  action 2
  enumerate INTERNET 192.168.7.30
}
scene_desktop_inside() {
  cast HMI01 ENG01
  desktop HMI01
  action 2
  enumerate ENG01 192.168.7.30
}
nla_desktop() {  # HOST   FreeRDP's shadow server, NLA only
  start "$1" Xvfb :7 -screen 0 640x480x24
  sleep 2
  start "$1" env DISPLAY=:7 XDG_CONFIG_HOME="$STATE/$1" freerdp-shadow-cli /port:3389 /sec:nla +auth
  up "$1" 3389
}
scene_desktop_nla() {
  cast HMI01 ENG01
  nla_desktop HMI01
  action
  enumerate ENG01 192.168.7.30
}
scene_knock_outside() {  # connects to the controller's port, and says nothing
  outside 52.198.7.77
  ip -n "$PLANT-INTERNET" route replace default via 100.64.1.1 src 52.198.7.77
  cast PLC01
  slave PLC01
  action
  run INTERNET nmap -n -Pn -sT -p 502 192.168.7.11
}
scene_knock_inside() {
  cast PLC01 ENG01
  slave PLC01
  action
  run ENG01 nmap -n -Pn -sT -p 502 192.168.7.11
}
scene_firewall_shell_outside() {
  outside 52.198.7.77
  cast SRV01
  shell_server SRV01
  action
  shell_to INTERNET 192.168.7.2 -b 52.198.7.77
}
scene_server_shell_outside() {
  outside 52.198.7.77
  cast SRV02
  shell_server SRV02
  action
  shell_to INTERNET 192.168.7.9 -b 52.198.7.77
}

# ─── tunnels ─────────────────────────────────────────────────────────────────
tunnel_key() { openvpn --genkey secret "$STATE/static.key"; }
tunnel() {  # HOST FAR [OPTION...]
  start "$1" openvpn --dev null --remote "$2" --port 1194 --proto udp --secret "$STATE/static.key" --cipher AES-256-CBC \
    --ping 1 --verb 1
}
scene_openvpn() {
  outside 52.198.7.77
  ip -n "$PLANT-INTERNET" route replace default via 100.64.1.1 src 52.198.7.77
  cast ENG01
  tunnel_key
  tunnel INTERNET 192.168.7.20
  action
  tunnel ENG01 52.198.7.77
  sleep 5
}
scene_openvpn_alone() {  # nobody there
  outside 52.198.7.77
  cast ENG01
  tunnel_key
  action
  tunnel ENG01 52.198.7.77
  sleep 5
}
tunnel_in_tls() {  # HOST PEER OPTION...   each trusts the other's certificate alone
  local digest
  digest=$(openssl x509 -in "$STATE/$2.pem" -noout -fingerprint -sha256)
  start "$1" openvpn --dev null --proto udp --port 443 --cert "$STATE/$1.pem" --key "$STATE/$1.key" \
    --peer-fingerprint "${digest#*=}" --verb 1 "${@:3}"
}
tunnel_certificates() {
  for each in INTERNET ENG01; do
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -subj "/CN=${each,,}" \
      -keyout "$STATE/$each.key" -out "$STATE/$each.pem" 2>/dev/null
  done
}
scene_openvpn_443() {
  outside 52.198.7.77
  ip -n "$PLANT-INTERNET" route replace default via 100.64.1.1 src 52.198.7.77
  cast ENG01
  tunnel_certificates
  tunnel_in_tls INTERNET ENG01 --tls-server --dh none
  action
  tunnel_in_tls ENG01 INTERNET --tls-client --remote 52.198.7.77
  sleep 5
}
scene_openvpn_443_alone() {  # nobody there
  outside 52.198.7.77
  cast ENG01
  tunnel_certificates
  action
  tunnel_in_tls ENG01 INTERNET --tls-client --remote 52.198.7.77
  sleep 5
}

# ─── routers and ranges ──────────────────────────────────────────────────────
scene_gateway_by_dhcp() {
  cast SRV01
  host PC01 "${card[PC01]}" span dhcp
  dhcp_server SRV01 192.168.7.100 192.168.7.120 --dhcp-option=3,192.168.7.1
  action
  lease PC01 eth0
}
scene_no_gateway_by_dhcp() {
  cast SRV01
  host PC01 "${card[PC01]}" span dhcp
  dhcp_server SRV01 192.168.7.100 192.168.7.120 --dhcp-option=3
  action
  lease PC01 eth0
}
scene_range_behind() {  # hosts of another network, behind RT01
  router
  behind_router BRANCH 10.99.4.20 10.99.4.21 10.99.4.22
  cast SRV01
  page SRV01
  action
  for each in 20 21 22; do run BRANCH $fetch --interface 10.99.4.$each http://192.168.7.2/; done
}
scene_range_declared() {  # the same, from a network that is declared
  router
  behind_router BRANCH 192.168.9.20 192.168.9.21 192.168.9.22
  cast SRV01
  page SRV01
  action
  for each in 20 21 22; do run BRANCH $fetch --interface 192.168.9.$each http://192.168.7.2/; done
}
scene_range_on_segment() {  # no router: another host has these addresses itself
  cast SRV01 PC01
  for each in 20 21 22; do ip -n "$PLANT-PC01" addr add 10.99.4.$each/24 dev eth0; done
  ip -n "$PLANT-SRV01" route add 10.99.4.0/24 dev eth0
  page SRV01
  action
  for each in 20 21 22; do run PC01 $fetch --interface 10.99.4.$each http://192.168.7.2/; done
}
scene_ospf() {
  router
  cast PC01
  printf '%s\n' 'router id 192.168.7.1;' 'protocol device {}' 'protocol ospf v2 { area 0 { interface "eth0" { hello 1; }; }; }' >"$STATE/RT01/bird.conf"
  action
  start RT01 bird -f -c "$STATE/RT01/bird.conf" -s /run/bird.ctl
  sleep 4
}
scene_ospf_listener() {  # joins the group of OSPF routers, and says nothing
  router
  cast PC01
  action
  start PC01 socat -u UDP4-RECV:5000,ip-add-membership=224.0.0.5:192.168.7.40 /dev/null
  run PC01 busybox ping -c 2 192.168.7.1
  sleep 2
}
scene_public_on_segment() {
  switch_up span
  cast_in span 150.100.1 HMI01 PLC01
  slave PLC01
  action
  poll HMI01 150.100.1.11
}
scene_public_behind_router() {
  outside 150.100.1.30
  cast PLC01
  slave PLC01
  action
  run INTERNET node "$STATE/modbus_identify.js" 192.168.7.11 --from 150.100.1.30
}
six() {  # PREFIX   two hosts with an address each, one asks the other's page
  cast HMI01 PC01
  for each in HMI01 PC01; do ip netns exec "$PLANT-$each" sysctl -qw net.ipv6.conf.eth0.disable_ipv6=0 net.ipv6.conf.eth0.accept_dad=0; done
  ip -n "$PLANT-HMI01" addr add "$1::30/64" dev eth0 nodad
  ip -n "$PLANT-PC01" addr add "$1::40/64" dev eth0 nodad
  page HMI01 "listen [::]:80"
  action
  run PC01 $fetch "http://[$1::30]/"
}
scene_ipv6_global() { six 2400:4050:7c10:7; }
scene_ipv6_local() { six fd4b:61b0:7c10:7; }
scene_wan_modbus() {  # a station of the WAN reads a controller
  router
  behind_router BRANCH 10.99.4.20
  cast PLC01
  slave PLC01
  action
  run BRANCH node "$STATE/modbus_identify.js" 192.168.7.11 --from 10.99.4.20
}
scene_wan_modbus_in_ssh() {  # the same through SSH: Modbus is on the local wire alone
  router
  behind_router BRANCH 10.99.4.20
  cast PLC01 SRV01
  slave PLC01
  shell_server SRV01
  action
  start BRANCH $ssh_to -b 10.99.4.20 -i "$STATE/user_key" -N -L 10.99.4.20:502:192.168.7.11:502 root@192.168.7.2
  sleep 1.5
  run BRANCH node "$STATE/modbus_identify.js" 10.99.4.20
}
scene_hop() {  # the HMI polls a controller and has a session with the internet
  outside 52.68.10.20
  cast HMI01 PLC01 PC01
  slave PLC01
  shell_server INTERNET
  action
  poll HMI01 192.168.7.11
  shell_to HMI01 52.68.10.20
}
scene_two_hops() {  # it polls, the PC beside it has the session
  outside 52.68.10.20
  cast HMI01 PLC01 PC01
  slave PLC01
  shell_server INTERNET
  action
  poll HMI01 192.168.7.11
  shell_to PC01 52.68.10.20
}

# ─── more ways of the same ───────────────────────────────────────────────────
socks() {  # FROM
  cast SRV01 HMI01 PLC01 SRV02 PC01
  start SRV01 microsocks -i 0.0.0.0 -p 1080
  page SRV02
  slave PLC01
  action
  poll HMI01 192.168.7.11
  run "$1" $fetch --socks5 192.168.7.2:1080 http://192.168.7.9/
}
scene_socks_control() { socks HMI01; }
scene_socks_office() { socks PC01; }
wireguard() {  # HOST OWN_KEY PEER_KEY ADDRESS [ENDPOINT]
  start "$1" sh -c 'wireguard-go -f wg0 & until ip link show wg0; do sleep 0.1; done
    wg set wg0 listen-port 51820 private-key "$0" peer "$1" allowed-ips 0.0.0.0/0 ${3:+endpoint "$3"}
    ip addr add "$2" dev wg0; ip link set wg0 up; wait' "$STATE/$2" "$(wg pubkey <"$STATE/$3")" "$4" ${5:+"$5"}
}
scene_wireguard() {
  outside 52.198.7.77
  ip -n "$PLANT-INTERNET" route replace default via 100.64.1.1 src 52.198.7.77
  cast ENG01
  for each in near far; do wg genkey >"$STATE/$each"; done
  wireguard INTERNET far near 10.8.0.1/24
  wireguard ENG01 near far 10.8.0.2/24 52.198.7.77:51820
  action 2
  run ENG01 busybox ping -c 2 10.8.0.1
}
scene_wireguard_alone() {
  outside 52.198.7.77
  cast ENG01
  for each in near far; do wg genkey >"$STATE/$each"; done
  wireguard ENG01 near far 10.8.0.2/24 52.198.7.77:51820
  action 2
  run ENG01 busybox ping -c 2 -W 1 10.8.0.1
}
advertise() {  # LIFETIME   of the router, in seconds
  router
  cast PC01
  ip netns exec "$PLANT-RT01" sysctl -qw net.ipv6.conf.eth0.disable_ipv6=0
  ip netns exec "$PLANT-PC01" sysctl -qw net.ipv6.conf.eth0.disable_ipv6=0
  ip -n "$PLANT-RT01" addr add fd4b:61b0:7c10:7::1/64 dev eth0 nodad
  action 2
  start RT01 dnsmasq -k -C /dev/null --user=root --group=root --port=0 --interface=eth0 --enable-ra --ra-param="eth0,5,$1" \
    --dhcp-range=fd4b:61b0:7c10:7::,ra-only --dhcp-leasefile=/run/leases
  sleep 4
}
scene_router_advertised() { advertise 1800; }
scene_prefix_advertised() { advertise 0; }
scene_rip() {
  router
  cast PC01
  printf '%s\n' 'router id 192.168.7.1;' 'protocol device {}' 'protocol direct { ipv4; }' \
    'protocol rip { ipv4 { import all; export all; }; interface "eth0" { update time 2; }; }' >"$STATE/RT01/bird.conf"
  action
  start RT01 bird -f -c "$STATE/RT01/bird.conf" -s /run/bird.ctl
  sleep 5
}
