# shellcheck shell=bash disable=SC2016,SC2034,SC2086,SC2154
# What has outlived its safety. To be sourced.

scene_smb_1() {
  cast ENG01 SRV01
  shares SRV01 "server min protocol = NT1"
  action 2
  open_share ENG01 192.168.7.2 -m NT1
}
scene_smb_2() {
  cast ENG01 SRV01
  shares SRV01 "server min protocol = SMB2_02"
  action 2
  open_share ENG01 192.168.7.2 --option="client min protocol=SMB2"
}
tls() {  # VERSION
  cast ENG01 SRV01
  certificate_authority "Water Works"
  certificate srv01.wtp.internal
  start SRV01 openssl s_server -accept 443 -www -quiet "$1" -cipher DEFAULT:@SECLEVEL=0 -cert "$STATE/srv01.wtp.internal.pem" -key "$STATE/srv01.wtp.internal.key"
  action
  (sleep 1 | on ENG01 openssl s_client -connect 192.168.7.2:443 -servername srv01.wtp.internal "$1" -cipher DEFAULT:@SECLEVEL=0) >>"$STATE/log" 2>&1 || true
}
scene_tls_1_0() { tls -tls1; }
scene_tls_1_2() { tls -tls1_2; }
scene_self_signed() {
  cast ENG01 SRV01
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -subj "/CN=srv01.wtp.internal" \
    -keyout "$STATE/own.key" -out "$STATE/own.pem" 2>/dev/null
  page SRV01 "listen 443 ssl" "ssl_protocols TLSv1.2; ssl_certificate $STATE/own.pem; ssl_certificate_key $STATE/own.key;"
  action
  run ENG01 $fetch -k https://192.168.7.2/
}
scene_signed() {
  cast ENG01 SRV01
  certificate_authority "Water Works"
  certificate srv01.wtp.internal
  page SRV01 "listen 443 ssl" "ssl_protocols TLSv1.2; ssl_certificate $STATE/srv01.wtp.internal.pem; ssl_certificate_key $STATE/srv01.wtp.internal.key;"
  action
  run ENG01 $fetch -k https://192.168.7.2/
}
scene_ssh_1() {  # nothing in Debian speaks SSH 1 any more: the server's greeting alone is ours
  cast ENG01 SW01
  start SW01 socat TCP-LISTEN:22,fork,reuseaddr EXEC:"$STATE/ssh1_greeting.sh"
  action
  run ENG01 $ssh_to root@192.168.7.3
}
browse_as() {  # AGENT
  cast PC01 SRV01
  page SRV01
  action
  run PC01 $fetch -A "$1" http://192.168.7.2/
}
scene_agent_xp() { browse_as "Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 5.1; Trident/4.0)"; }
scene_agent_10() { browse_as "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0"; }
identify() {  # PRODUCT FIRMWARE
  cast ENG01 PLC02
  start PLC02 node "$STATE/modbus_plc.js" 192.168.7.12 "Schneider Electric" "$1" "$2"
  action 1.5
  run ENG01 node "$STATE/modbus_identify.js" 192.168.7.12
}
scene_firmware_old() { identify "BMX P34 2020" v2.70; }
scene_firmware_new() { identify "BMX P34 2020" v3.30; }
scene_product_other() { identify "TM221CE16R" v2.70; }

# ─── more ways of the same ───────────────────────────────────────────────────
scene_expired() {
  cast ENG01 SRV01
  certificate_authority "Water Works"
  certificate srv01.wtp.internal
  mkdir "$STATE/ca"
  : >"$STATE/ca/index"
  echo 01 >"$STATE/ca/serial"
  printf '%s\n' "[ca]" "default_ca=c" "[c]" "database=$STATE/ca/index" "serial=$STATE/ca/serial" "new_certs_dir=$STATE/ca" \
    "default_md=sha256" "policy=p" "[p]" "commonName=supplied" >"$STATE/ca/conf"
  openssl ca -batch -config "$STATE/ca/conf" -cert "$STATE/ca.pem" -keyfile "$STATE/ca.key" -startdate 20190401000000Z \
    -enddate 20220331000000Z -in "$STATE/srv01.wtp.internal.csr" -out "$STATE/old.pem" -notext 2>/dev/null
  page SRV01 "listen 443 ssl" "ssl_protocols TLSv1.2; ssl_certificate $STATE/old.pem; ssl_certificate_key $STATE/srv01.wtp.internal.key;"
  action
  run ENG01 $fetch -k https://192.168.7.2/
}
scene_tls_1_1() { tls -tls1_1; }
tls_suite() {  # SUITES, as OpenSSL names them
  cast ENG01 SRV01
  certificate_authority "Water Works"
  certificate srv01.wtp.internal
  start SRV01 openssl s_server -accept 443 -www -quiet -tls1_2 -cipher "$1:@SECLEVEL=0" -cert "$STATE/srv01.wtp.internal.pem" -key "$STATE/srv01.wtp.internal.key"
  action
  (sleep 1 | on ENG01 openssl s_client -connect 192.168.7.2:443 -servername srv01.wtp.internal -tls1_2 -cipher "$1:@SECLEVEL=0") >>"$STATE/log" 2>&1 || true
}
scene_tls_null_cipher() { tls_suite ECDHE-ECDSA-NULL-SHA:ECDHE-RSA-NULL-SHA; }
scene_tls_anonymous() { tls_suite ADH-AES256-GCM-SHA384; }
