# shellcheck shell=bash disable=SC2016,SC2034,SC2086,SC2154
# Tunnels that are told by content: IPsec, L2TP, PPTP, SoftEther, ZeroTier. To be sourced; WireGuard and OpenVPN are in external.sh.
# The far end is 52.198.7.77, behind RT01.

far() {  # the far end, and ENG01
  outside 52.198.7.77
  ip -n "$PLANT-INTERNET" route replace default via 100.64.1.1 src 52.198.7.77
  cast ENG01
}

# strongSwan with ESP of its own (kernel-libipsec), which goes inside UDP: a kernel without ESP will do.
ipsec() {  # HOST OWN PEER NET PEER_NET [COMMAND]   the tunnel joins 10.8.x.0/24 of either side
  mkdir -p "$STATE/$1/swanctl"
  ip -n "$PLANT-$1" tuntap add inner mode tap
  ip -n "$PLANT-$1" addr add "10.8.$4.1/24" dev inner
  ip -n "$PLANT-$1" link set inner up
  printf '%s\n' "connections { line { version = 2" "local_addrs = $2" "remote_addrs = $3" "encap = yes" "proposals = aes128-sha256-modp2048" \
    "local { auth = psk" "id = $2 }" "remote { auth = psk" "id = $3 }" \
    "children { net { local_ts = 10.8.$4.0/24" "remote_ts = 10.8.$5.0/24" "esp_proposals = aes128-sha256 } } } }" \
    "secrets { ike { secret = \"Ashitaka-4021\" } }" >"$STATE/$1/swanctl/swanctl.conf"
  printf '%s\n' "charon-systemd { journal { default = -1 }" \
    "load = random nonce aes sha1 sha2 hmac kdf gmp kernel-libipsec kernel-netlink socket-default vici updown" "}" \
    "swanctl { load = random nonce aes sha1 sha2 hmac }" >"$STATE/$1/strongswan.conf"
  start "$1" env STRONGSWAN_CONF="$STATE/$1/strongswan.conf" SWANCTL_DIR="$STATE/$1/swanctl" sh -c 'charon-systemd &
    until [ -S /run/charon.vici ]; do sleep 0.2; done
    swanctl --load-all
    eval "$0"; wait' "${6:-:}"
}
scene_ipsec() {
  far
  ipsec INTERNET 52.198.7.77 192.168.7.20 1 2
  action 2
  ipsec ENG01 192.168.7.20 52.198.7.77 2 1 'swanctl --initiate --child net; busybox ping -c 3 -I 10.8.2.1 10.8.1.1'
  sleep 6
}
scene_ipsec_alone() {  # nobody there
  far
  action
  ipsec ENG01 192.168.7.20 52.198.7.77 2 1 'timeout 5 swanctl --initiate --child net'
  sleep 7
}

l2tp_server() {
  printf '%s\n' "[global]" "port = 1701" "[lns default]" "ip range = 10.8.0.10-10.8.0.20" "local ip = 10.8.0.1" "require authentication = no" \
    "name = far" >"$STATE/INTERNET/xl2tpd.conf"
  start INTERNET xl2tpd -D -c "$STATE/INTERNET/xl2tpd.conf" -p /run/xl2tpd.pid -C /run/xl2tpd.control
}
l2tp_client() {
  printf '%s\n' "[global]" "port = 1701" "[lac far]" "lns = 52.198.7.77" "autodial = yes" "redial = yes" "redial timeout = 2" \
    "max redials = 1" "require authentication = no" >"$STATE/ENG01/xl2tpd.conf"
  start ENG01 xl2tpd -D -c "$STATE/ENG01/xl2tpd.conf" -p /run/xl2tpd.pid -C /run/xl2tpd.control
}
scene_l2tp() {
  far
  l2tp_server
  action
  l2tp_client
  sleep 5
}
scene_l2tp_alone() {  # nobody there
  far
  action
  l2tp_client
  sleep 5
}

pptp_to() { run ENG01 timeout "$1" sh -c 'sleep 5 | pptp 52.198.7.77 --nolaunchpppd --nobuffer --loglevel 0'; }
scene_pptp() {
  far
  printf '%s\n' "localip 10.8.0.1" "remoteip 10.8.0.10-20" "noipparam" >"$STATE/INTERNET/pptpd.conf"
  : >"$STATE/INTERNET/options"
  start INTERNET pptpd --fg --conf "$STATE/INTERNET/pptpd.conf" --option "$STATE/INTERNET/options" --pidfile /run/pptpd.pid
  up INTERNET 1723
  action
  pptp_to 4
}
scene_web_on_pptp_port() {  # the port is that of PPTP, and a page is fetched
  far
  page INTERNET "listen 1723"
  action
  run ENG01 $fetch http://52.198.7.77:1723/
}

# SoftEther VPN on port 443.
softether() {  # HOST server|client [COMMAND...]   for vpncmd
  printf '%s\n' "${@:3}" exit >"$STATE/$1/commands"
  start "$1" sh -c 'for each in lib log; do mount -t tmpfs tmpfs /var/$each; mkdir /var/$each/softether; done
    mkdir /run/softether
    vpn$0 execsvc &
    sleep 3
    vpncmd localhost $1 /IN:"$2/commands"; wait' "$2" "/${2^^}" "$STATE/$1"
}
softether_server() {
  softether INTERNET server "HubCreate line /PASSWORD:Ashitaka-4021" "Hub line" "UserCreate eng /GROUP: /REALNAME: /NOTE:" \
    "UserPasswordSet eng /PASSWORD:Ashitaka-4021" "SecureNatEnable"
}
softether_client() {
  softether ENG01 client "NicCreate vpn0" "AccountCreate line /SERVER:52.198.7.77:443 /HUB:line /USERNAME:eng /NICNAME:vpn0" \
    "AccountPasswordSet line /PASSWORD:Ashitaka-4021 /TYPE:standard" "AccountConnect line"
}
scene_softether() {
  far
  softether_server
  action 8
  softether_client
  sleep 12
}
scene_softether_alone() {  # nobody there
  far
  action
  softether_client
  sleep 12
}
scene_softether_names() {  # a server by itself; no name of the internet exists
  cast SRV01 SRV02
  names SRV01
  echo "nameserver 192.168.7.2" >"$STATE/SRV02/resolv.conf"
  action
  softether SRV02 server
  sleep 8
}

# ZeroTier's greeting, from one secondary port to another: octets put together as its source says, for it is not packaged.
greet() { run ENG01 python3 "$STATE/zerotier_peer.py" "$1" 52.198.7.77 29993; }
scene_zerotier() {
  far
  start INTERNET python3 "$STATE/zerotier_peer.py" answer 29993
  action
  greet hello
}
scene_zerotier_alone() {  # nobody there
  far
  action
  greet hello
}
scene_zerotier_other_address() {  # the same octets, but the identity has another address than the sender
  far
  start INTERNET python3 "$STATE/zerotier_peer.py" answer 29993
  action
  greet other-address
}
