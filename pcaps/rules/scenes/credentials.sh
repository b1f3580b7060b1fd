# shellcheck shell=bash disable=SC2016,SC2034,SC2086,SC2154
# Passwords, their absence, and how clients prove who they are. To be sourced.

login() { run "$1" $fetch -u "$3" "ftp://$2/"; }  # FROM ADDRESS USER:PASSWORD
scene_ftp_login() {
  cast ENG01 SRV01
  mkdir -p "$STATE/www"
  file_server SRV01 operator Fuji-3776
  action 1.5
  login ENG01 192.168.7.2 operator:Fuji-3776
}
scene_ftp_login_in_tls() {
  cast ENG01 SRV01
  certificate_authority "Water Works"
  certificate srv01.wtp.internal
  mkdir -p "$STATE/SRV01/pub"
  chmod 755 "$STATE/SRV01/pub" "$STATE/SRV01"
  printf '%s\n' listen=YES background=NO anonymous_enable=YES local_enable=NO no_anon_password=NO "anon_root=$STATE/SRV01/pub" \
    hide_ids=YES seccomp_sandbox=NO ssl_enable=YES allow_anon_ssl=YES ssl_tlsv1=YES require_ssl_reuse=NO \
    "rsa_cert_file=$STATE/srv01.wtp.internal.pem" "rsa_private_key_file=$STATE/srv01.wtp.internal.key" pasv_min_port=40100 \
    pasv_max_port=40110 >"$STATE/SRV01/vsftpd.conf"
  start SRV01 vsftpd "$STATE/SRV01/vsftpd.conf"
  action
  run ENG01 $fetch --ssl-reqd --cacert "$STATE/ca.pem" --resolve srv01.wtp.internal:21:192.168.7.2 -u anonymous:Fuji-3776 ftp://srv01.wtp.internal/
}
database_login() {  # ENCRYPTION [CERTIFICATE KEY]   FreeTDS, to a server that is played
  printf '%s\n' "[srv01]" "host = 192.168.7.2" "port = 1433" "tds version = 7.4" "encryption = $1" "check certificate hostname = no" >"$STATE/freetds.conf"
  start SRV01 python3 "$STATE/tds_server.py" 1433 "${@:2}"
  up SRV01 1433
  action
  run ENG01 env FREETDSCONF="$STATE/freetds.conf" timeout 8 unshare --uts sh -c 'hostname ENG01; echo quit | tsql -S srv01 -U sa -P Fuji-3776'
}
scene_database_login() {
  cast ENG01 SRV01
  database_login off
}
scene_database_login_in_tls() {
  cast ENG01 SRV01
  certificate_authority "Water Works"
  certificate srv01.wtp.internal
  database_login require "$STATE/srv01.wtp.internal.pem" "$STATE/srv01.wtp.internal.key"
}
scene_default_accepted() {
  cast ENG01 PLC01
  mkdir -p "$STATE/www"
  file_server PLC01 MELSEC MELSEC
  action 1.5
  login ENG01 192.168.7.11 MELSEC:MELSEC
}
scene_default_refused() {  # somebody has changed it
  cast ENG01 PLC01
  mkdir -p "$STATE/www"
  file_server PLC01 MELSEC Fuji-3776
  action 1.5
  login ENG01 192.168.7.11 MELSEC:MELSEC
}
two_servers() {  # PASSWORD PASSWORD
  cast ENG01 SRV01 SRV02
  mkdir -p "$STATE/www"
  file_server SRV01 operator "$1"
  file_server SRV02 operator "$2"
  action 1.5
  login ENG01 192.168.7.2 "operator:$1"
  login ENG01 192.168.7.9 "operator:$2"
}
scene_same_secret() { two_servers Fuji-3776 Fuji-3776; }
scene_other_secret() { two_servers Fuji-3776 Asama-2568; }
basic_page() {
  printf 'operator:%s\n' "$(openssl passwd -apr1 Fuji-3776)" >"$STATE/accounts"
  page SRV01 "listen 80" "auth_basic \"trends\"; auth_basic_user_file $STATE/accounts;"
}
scene_basic_across() {  # from the office behind RT01
  router
  behind_router OFFICE 192.168.8.40
  cast SRV01
  basic_page
  action
  run OFFICE $fetch --interface 192.168.8.40 -u operator:Fuji-3776 http://192.168.7.2/
}
scene_basic_within() {
  router
  cast SRV01 ENG01
  basic_page
  action
  run ENG01 $fetch -u operator:Fuji-3776 http://192.168.7.2/
}
snmp() { run ENG01 "$1" "${@:2}"; }
scene_snmp_public() {
  cast ENG01 SW01
  agent SW01 "rocommunity public"
  action
  snmp snmpget -v2c -c public -t 1 -r 0 192.168.7.3 1.3.6.1.2.1.1.5.0
}
scene_snmp_own_community() {
  cast ENG01 SW01
  agent SW01 "rocommunity Fuji-3776"
  action
  snmp snmpget -v2c -c Fuji-3776 -t 1 -r 0 192.168.7.3 1.3.6.1.2.1.1.5.0
}
scene_snmp_version_3() {
  cast ENG01 SW01
  agent SW01 "createUser reader SHA Fuji-3776-m AES Asama-2568-m" "rouser reader priv"
  action 1.5
  snmp snmpget -v3 -l authPriv -u reader -a SHA -A Fuji-3776-m -x AES -X Asama-2568-m -t 2 -r 0 192.168.7.3 1.3.6.1.2.1.1.5.0
}
scene_snmp_set() {
  cast ENG01 SW01
  agent SW01 "rwcommunity Fuji-3776"
  sed -i /sysContact/d "$STATE/SW01/snmpd.conf"
  action 1.5
  snmp snmpset -v2c -c Fuji-3776 -t 1 -r 0 192.168.7.3 1.3.6.1.2.1.1.4.0 s "control room"
}
store() {
  mkdir -p "$STATE/SRV01/tftp"
  chmod 777 "$STATE/SRV01" "$STATE/SRV01/tftp"
  echo "hostname SW01" | tee "$STATE/SRV01/tftp/running.cfg" >"$STATE/ENG01/running.cfg"
  start SRV01 in.tftpd -L -4 -c -p -U 022 -u nobody -s "$STATE/SRV01/tftp"
}
scene_tftp_put() {
  cast ENG01 SRV01
  store
  action
  run ENG01 tftp -4 192.168.7.2 -c put running.cfg backup.cfg
}
scene_tftp_get() {
  cast ENG01 SRV01
  store
  action
  run ENG01 tftp -4 192.168.7.2 -c get running.cfg copy.cfg
}
bus() {  # LINE...
  printf '%s\n' "listener 1883 0.0.0.0" "user root" "$@" >"$STATE/SRV01/mosquitto.conf"
  start SRV01 mosquitto -c "$STATE/SRV01/mosquitto.conf"
}
scene_mqtt_anonymous() {
  cast HMI01 SRV01
  bus "allow_anonymous true"
  action
  run HMI01 mosquitto_pub -h 192.168.7.2 -t line1/speed -m 1520
}
scene_mqtt_password() {
  cast HMI01 SRV01
  mosquitto_passwd -b -c "$STATE/users" hmi Fuji-3776
  chmod 644 "$STATE/users"
  bus "allow_anonymous false" "password_file $STATE/users"
  action
  run HMI01 mosquitto_pub -h 192.168.7.2 -u hmi -P Fuji-3776 -t line1/speed -m 1520
}
scene_ntlm_1() {
  cast ENG01 SRV01
  shares SRV01 "ntlm auth = ntlmv1-permitted" "server min protocol = NT1"
  action 2
  open_share ENG01 192.168.7.2 -m NT1 --option="client ntlmv2 auth=no" --option="client use spnego=no"
}
scene_ntlm_2() {
  cast ENG01 SRV01
  shares SRV01 "ntlm auth = ntlmv1-permitted" "server min protocol = NT1"
  action 2
  open_share ENG01 192.168.7.2 -m NT1
}
scene_telnet() {
  cast ENG01 SW01
  start SW01 socat TCP-LISTEN:23,fork,reuseaddr EXEC:"telnetd -h -E $STATE/telnet_login.sh",nofork
  action
  run ENG01 "$STATE/telnet_session.exp" 192.168.7.3 maint kojo2019
}
scene_ssh() {
  cast ENG01 SW01
  shell_server SW01
  action
  shell_to ENG01 192.168.7.3
}

# ─── more ways of the same ───────────────────────────────────────────────────
queue() {  # [OPTION...]   Redis
  start SRV01 redis-server --port 6379 --bind 0.0.0.0 --protected-mode no --save "" --dir "$STATE/SRV01" --logfile /dev/null "$@"
  up SRV01 6379
}
scene_redis_open() {
  cast HMI01 SRV01
  queue
  action 1.5
  run HMI01 redis-cli -h 192.168.7.2 set line1 1520
}
scene_redis_password() {
  cast HMI01 SRV01
  queue --requirepass Fuji-3776
  action 1.5
  run HMI01 redis-cli -h 192.168.7.2 -a Fuji-3776 --no-auth-warning set line1 1520
}
scene_share_guest() {
  cast ENG01 SRV01
  shares SRV01 "map to guest = bad user"
  printf '%s\n' "guest ok = yes" >>"$STATE/SRV01/samba/smb.conf"
  action 2
  run ENG01 smbclient //192.168.7.2/files -s "$STATE/ENG01/none.conf" -U visitor%wrong -c "get plan.txt -"
}
scene_share_null_session() {
  cast ENG01 SRV01
  shares SRV01
  action 2
  run ENG01 smbclient -N -L //192.168.7.2 -s "$STATE/ENG01/none.conf"
}
scene_share_account() {
  cast ENG01 SRV01
  shares SRV01 "map to guest = bad user"
  action 2
  open_share ENG01 192.168.7.2
}
scene_ntlm_1_session_security() {  # "NTLM2 session response": version 1, with a challenge of the client's
  cast ENG01 SRV01
  shares SRV01 "ntlm auth = ntlmv1-permitted"
  action 2
  open_share ENG01 192.168.7.2 --option="client ntlmv2 auth=no"
}
screen() {  # HOST SECURITY_TYPE   TigerVNC
  mkdir -p "$STATE/$1/vnc"
  printf '\xdb\xd8\x3c\xfd\x72\x7a\x14\x58' >"$STATE/$1/vnc/password"  # "password", as VNC keeps it
  start "$1" Xtigervnc ":$((BASHPID % 1000 + 10))" -geometry 160x120 -depth 16 -SecurityTypes "$2" -rfbport 5900 -rfbauth "$STATE/$1/vnc/password" -localhost=0 -nolisten tcp -desktop "$1"
  up "$1" 5900
}
scene_vnc_open() {
  cast ENG01 HMI01
  screen HMI01 None
  action 0.5
  run ENG01 nmap -n -Pn -sT -p 5900 --script vnc-info,vnc-title 192.168.7.30
}
scene_vnc_password() {
  cast ENG01 HMI01
  screen HMI01 VncAuth
  action 0.5
  run ENG01 nmap -n -Pn -sT -p 5900 --script vnc-info,vnc-title 192.168.7.30
}
scene_vnc_outside() {
  outside 52.198.7.77
  ip -n "$PLANT-INTERNET" route replace default via 100.64.1.1 src 52.198.7.77
  cast HMI01
  screen HMI01 VncAuth
  action 0.5
  run INTERNET nmap -n -Pn -sT -p 5900 --script vnc-info 192.168.7.30
}
trap_to() {  # COMMUNITY
  cast SW01 SRV01
  start SRV01 socat -u UDP-RECV:162 /dev/null
  action
  run SW01 snmptrap -v2c -c "$1" 192.168.7.2 "" 1.3.6.1.6.3.1.1.5.3 1.3.6.1.2.1.2.2.1.1.3 i 3
}
scene_trap_public() { trap_to public; }
scene_trap_own_community() { trap_to Fuji-3776; }
opc_ua() {  # anonymous|password [USER PASSWORD]
  cast HMI01 SRV01
  for each in HMI01 SRV01; do echo "192.168.7.2 srv01" >>"$STATE/$each/hosts"; done
  start SRV01 node "$STATE/opcua_server.js" "$STATE/SRV01" "$1"
  up SRV01 4840
  action
  run HMI01 node "$STATE/opcua_client.js" "$STATE/HMI01" opc.tcp://192.168.7.2:4840 "${@:2}"
}
scene_opcua_anonymous() { opc_ua anonymous; }
scene_opc_anonymous() {
  cast HMI01 SCADA01
  start SCADA01 python3 "$STATE/opc_server.py" 192.168.7.10
  up SCADA01 49200
  action
  run HMI01 python3 "$STATE/opc_ask.py" 192.168.7.10 49200
}
scene_opcua_no_password() { opc_ua password; }  # a session is created, and never activated
