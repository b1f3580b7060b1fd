# shellcheck shell=bash disable=SC2086,SC2154
# A plant that is said to be closed and is not: what plants really do wrong, in one place.
# VLAN 10 control, VLAN 20 office, VLAN 30 a packing cell that squats on a public range. The mirror port
# carries all three, tagged; so a routed packet is seen twice, as on a core switch. To be sourced by make.sh.

switch_up vlan10 vlan20 vlan30

# ─── who is there ────────────────────────────────────────────────────────────
namespace RT01
port RT01 lan10 00:a0:de:5c:10:01 vlan10
port RT01 lan20 00:a0:de:5c:10:02 vlan20
ip -n "$PLANT-RT01" addr add 192.168.10.1/24 dev lan10
ip -n "$PLANT-RT01" addr add 192.168.20.1/24 dev lan20
ip netns exec "$PLANT-RT01" sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.lan10.disable_ipv6=0 \
  net.ipv6.conf.lan10.accept_ra=0
ip -n "$PLANT-RT01" addr add fd4b:61b0:7c10:10::1/64 dev lan10
namespace INTERNET
namespace BRANCH
cable RT01 wan 100.64.0.2/30 INTERNET isp 100.64.0.1/30
cable RT01 line 10.99.0.1/30 BRANCH line 10.99.0.2/30
ip -n "$PLANT-RT01" route add default via 100.64.0.1
ip -n "$PLANT-RT01" route add 10.99.0.0/16 via 10.99.0.2
ip -n "$PLANT-INTERNET" route add 192.168.0.0/16 via 100.64.0.2
ip -n "$PLANT-INTERNET" route add 100.64.0.0/10 via 100.64.0.2
ip -n "$PLANT-BRANCH" route add 192.168.0.0/16 via 10.99.0.1
resolver=8.8.8.8 web=93.184.216.34 portal=52.68.10.20 broker=52.68.10.21 silent=52.68.10.99
maintainer=52.198.7.77 time_server=133.243.238.163
for each in $resolver $web $portal $broker $maintainer $time_server; do
  ip -n "$PLANT-INTERNET" addr add "$each/32" dev lo
done
for each in 10.99.4.20 10.99.4.21 10.99.7.5; do ip -n "$PLANT-BRANCH" addr add "$each/32" dev lo; done

gateway=192.168.10.1
host SW01 00:80:63:a2:10:02 vlan10 192.168.10.2/24 $gateway
host PLC-LINE1 28:e9:8e:31:10:11 vlan10 192.168.10.11/24 $gateway
host PLC-LINE2 00:80:f4:42:10:12 vlan10 192.168.10.12/24 $gateway
host PLC-UTIL 00:00:0a:53:10:13 vlan10 192.168.10.13/24 $gateway 1.1.1.1
host RTU-PUMP 00:03:74:64:10:21 vlan10 192.168.10.21/24 $gateway
host RTU-SUBST 00:1b:1b:75:10:22 vlan10 192.168.10.22/24 $gateway
host HMI01 74:fe:48:86:10:30 vlan10 192.168.10.30/24 $gateway 192.168.10.1
host ENG01 98:e7:43:97:10:50 vlan10 dhcp
host OFFICE-PC7 9c:7b:ef:a8:10:96 vlan10 dhcp
host HIST01 00:00:0e:b9:10:40 vlan10 dhcp
port HIST01 eth1 00:00:0e:b9:20:40 vlan20
host MES01 00:16:97:ca:20:50 vlan20 192.168.20.50/24 192.168.20.1
host FILE01 00:16:97:ca:20:10 vlan20 192.168.20.10/24 192.168.20.1
host PC-KEIRI 00:00:0e:db:20:65 vlan20 dhcp
host PC-SOUMU 00:00:0e:db:20:66 vlan20 dhcp
host PC-HINKAN 00:00:0e:db:20:67 vlan20 dhcp
host HMI-PACK 00:0b:ab:ec:30:05 vlan30 150.100.1.5/24
host PLC-PACK1 00:01:fc:fd:30:11 vlan30 150.100.1.11/24
host PLC-PACK2 00:01:fc:fd:30:12 vlan30 150.100.1.12/24
like windows HMI01 ENG01 OFFICE-PC7 MES01 PC-KEIRI PC-SOUMU PC-HINKAN HMI-PACK
like rtos PLC-LINE1 PLC-LINE2 PLC-UTIL RTU-PUMP RTU-SUBST PLC-PACK1 PLC-PACK2 SW01
ip netns exec "$PLANT-OFFICE-PC7" sysctl -qw net.ipv6.conf.eth0.disable_ipv6=0

# ─── what they serve, before anybody listens ─────────────────────────────────
certificate_authority "Example Web"
certificate www.example.com
certificate portal.example.net
mkdir -p "$STATE"/INTERNET/www "$STATE"/PLC-LINE1/card/LOG "$STATE"/PLC-LINE2/www "$STATE"/HIST01/{www,pub} "$STATE"/FILE01/www
echo '<html><title>Example</title><p>Hello</html>' >"$STATE/INTERNET/www/index.html"
head -c 9000 /dev/zero | tr '\0' '.' >"$STATE/INTERNET/www/manual.txt"
echo '<html><title>PLC-LINE2</title><p>RUN</html>' >"$STATE/PLC-LINE2/www/index.html"
echo '<html><title>HIST01 trends</title><p>Line 1: 1520 rpm</html>' >"$STATE/HIST01/www/index.html"
echo '<html><title>Notices</title><p>Safety week</html>' >"$STATE/FILE01/www/index.html"
printf 'time,rpm\n09:00,1500\n09:01,1512\n' | tee "$STATE/HIST01/pub/line1.csv" >"$STATE/PLC-LINE1/card/LOG/line1.csv"
chmod 755 "$STATE/HIST01" "$STATE/HIST01/pub"
account() { printf '%s:%s\n' "$1" "$(openssl passwd -apr1 "$2")"; }
account USER USER >"$STATE/PLC-LINE2/accounts"
account genba Hiroshima-7 >"$STATE/HIST01/accounts"

tls="ssl_certificate_key $STATE/NAME.key; ssl_certificate $STATE/NAME.pem; ssl_protocols TLSv1.2 TLSv1.3;"
WEB_TOKENS=off web_server INTERNET "
  server { listen $web:80; listen $web:443 ssl; root $STATE/INTERNET/www; ${tls//NAME/www.example.com} }
  server { listen $portal:443 ssl; root $STATE/INTERNET/www; ${tls//NAME/portal.example.net} }"
web_server PLC-LINE2 "server { listen 80; root $STATE/PLC-LINE2/www;
  auth_basic \"BMX P34 2020\"; auth_basic_user_file $STATE/PLC-LINE2/accounts; }"
web_server HIST01 "server { listen 80; root $STATE/HIST01/www;
  auth_basic \"HIST01\"; auth_basic_user_file $STATE/HIST01/accounts; }"
web_server FILE01 "server { listen 80; root $STATE/FILE01/www; }"
start INTERNET dnsmasq -k -C /dev/null --user=root --group=root --listen-address=$resolver --bind-interfaces -R -h \
  --local=/#/ --address=/www.example.com/$web --address=/portal.example.net/$portal \
  --address=/ctldl.windowsupdate.com/$web --address=/www.msftconnecttest.com/$web
start INTERNET socat TCP-LISTEN:8883,bind=$broker,fork SYSTEM:'cat >/dev/null'
start INTERNET chronyd -d -x -n -U -u root "bindaddress $time_server" "local stratum 1" "allow all" "cmdport 0" "port 123" \
  "driftfile /run/drift" "pidfile /run/chronyd.pid"
start RT01 dnsmasq -k -C /dev/null --user=root --group=root --interface=lan10 --interface=lan20 --bind-interfaces \
  -R -h --server=$resolver --dhcp-leasefile=/run/leases --dhcp-authoritative --no-ping --domain=plant.example \
  --dhcp-range=192.168.10.100,192.168.10.199,255.255.255.0,12h --dhcp-range=192.168.20.100,192.168.20.199,255.255.255.0,12h \
  --enable-ra --dhcp-range=fd4b:61b0:7c10:10::,ra-only \
  --dhcp-host=98:e7:43:97:10:50,192.168.10.50 --dhcp-host=9c:7b:ef:a8:10:96,192.168.10.150 \
  --dhcp-host=00:00:0e:b9:10:40,192.168.10.40 --dhcp-host=00:00:0e:b9:20:40,192.168.20.40 \
  --dhcp-host=00:00:0e:db:20:65,192.168.20.101 \
  --dhcp-host=00:00:0e:db:20:66,192.168.20.102 --dhcp-host=00:00:0e:db:20:67,192.168.20.103
start PLC-LINE1 python3 "$STATE/plc_ftp.py" 192.168.10.11 "$STATE/PLC-LINE1/card" "QnUDVCPU FTP server ready." MELSEC MELSEC
start PLC-LINE1 "$STATE/modbus_slave" 192.168.10.11
start PLC-LINE2 node "$STATE/modbus_plc.js" 192.168.10.12 "Schneider Electric" "BMX P34 2020" "v2.70"
start PLC-UTIL "$STATE/modbus_slave" 192.168.10.13
start PLC-PACK1 "$STATE/modbus_slave" 150.100.1.11
start PLC-PACK2 "$STATE/modbus_slave" 150.100.1.12
start RTU-PUMP "$STATE/dnp3_station" outstation 192.168.10.21 10 "Control Microsystems" "SCADAPack 334" "8.14.2"
start RTU-SUBST "$STATE/iec104_station" controlled 192.168.10.22 17
start SW01 socat TCP-LISTEN:23,fork,reuseaddr EXEC:"telnetd -h -E $STATE/telnet_login.sh",nofork
snmp_agent SW01 "Hirschmann RS20 Rail Switch, SW HiOS-2A-08.7.02" 1.3.6.1.4.1.248.14.10.41
snmp_agent HIST01 "Historian Server" 1.3.6.1.4.1.8072.3.2.10
ssh_server HMI01
cat >"$STATE/HIST01/vsftpd.conf" <<END
listen=YES
background=NO
anonymous_enable=YES
local_enable=NO
anon_root=$STATE/HIST01/pub
no_anon_password=NO
hide_ids=YES
seccomp_sandbox=NO
pasv_min_port=40100
pasv_max_port=40110
END
cat >"$STATE/HIST01/avahi.conf" <<END
[server]
host-name=HIST01
use-ipv6=no
enable-dbus=no
disallow-other-stacks=no
[publish]
publish-workstation=no
publish-hinfo=no
[rlimits]
END
sleep 3

# ─── a minute and a half of it ────────────────────────────────────────────────────
capture_start
lease HIST01 eth1
lease HIST01 eth0
ip -n "$PLANT-HIST01" route add 10.99.0.0/16 via 192.168.10.1
lease ENG01 eth0
for pc in PC-KEIRI PC-SOUMU PC-HINKAN; do lease $pc eth0; done
lease OFFICE-PC7 eth0
start HIST01 vsftpd "$STATE/HIST01/vsftpd.conf"
start HIST01 avahi-daemon -f "$STATE/HIST01/avahi.conf" --no-drop-root --no-chroot --no-proc-title

start HMI01 "$STATE/modbus_master" 192.168.10.11 1 85 1000 write
start HMI01 "$STATE/modbus_master" 192.168.10.12 1 85 1000 write
start HMI01 "$STATE/modbus_master" 192.168.10.13 1 85 1000
start HMI01 "$STATE/dnp3_station" master 192.168.10.21 10 3 85 1000 operate
start HMI01 "$STATE/iec104_station" controlling 192.168.10.22 17 80 command
start HIST01 "$STATE/modbus_master" 192.168.10.11 1 16 5000
start HMI-PACK "$STATE/modbus_master" 150.100.1.11 1 40 2000 write
start HMI-PACK "$STATE/modbus_master" 150.100.1.12 1 40 2000

agent='Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36'
browse="curl -sS -m 8 -o /dev/null --cacert $STATE/ca.pem -A"

part() {
  sleep 9
  echo "  $1"
}

part "office PC in the control VLAN"
run OFFICE-PC7 $browse "$agent" http://www.msftconnecttest.com/
run OFFICE-PC7 $browse "$agent" http://www.example.com/manual.txt
run OFFICE-PC7 $browse "$agent" https://www.example.com/
part "ways out"
run HMI01 $browse "RemoteAgent/3.1" https://portal.example.net/
run ENG01 $browse "Microsoft-CryptoAPI/10.0" http://ctldl.windowsupdate.com/
run PLC-UTIL chronyd -x -Q -t 8 -U -u root "server $time_server iburst maxsamples 1" "cmdport 0" "pidfile /run/c.pid"
run RTU-SUBST socat -u /dev/null TCP:$broker:8883
run ENG01 socat -u /dev/null TCP:$portal:8080
start PLC-LINE1 curl -sS -m 8 https://$silent/
start PLC-UTIL dig +tries=2 +time=3 @1.1.1.1 time.windows.com
part "ways in"
run INTERNET node "$STATE/modbus_identify.js" 192.168.10.12 --from $maintainer
run INTERNET ssh $ssh_options -b $maintainer -i "$STATE/user_key" root@192.168.10.30 uptime
part "office"
for pc in PC-KEIRI PC-SOUMU PC-HINKAN; do run $pc $browse "$agent" http://192.168.20.10/; done
run PC-SOUMU $browse "$agent" https://www.example.com/
run PC-HINKAN $browse "$agent" http://www.example.com/
part "office to controllers"
start MES01 "$STATE/modbus_master" 192.168.10.11 1 10 2000
run MES01 snmpget -v2c -c public -t 2 -r 1 192.168.20.40 1.3.6.1.2.1.1.5.0
run PC-KEIRI $browse "$agent" http://192.168.10.12/
run PC-KEIRI $browse "$agent" -u genba:Hiroshima-7 http://192.168.20.40/
run MES01 "$STATE/dnp3_station" master 192.168.10.21 10 4 3 500
part "engineering"
run ENG01 node "$STATE/modbus_identify.js" 192.168.10.12 192.168.10.11
start ENG01 "$STATE/modbus_master" 192.168.10.12 1 10 1500 write
run ENG01 curl -sS -m 8 -o /dev/null -u MELSEC:MELSEC ftp://192.168.10.11/LOG/line1.csv
run ENG01 curl -sS -m 8 -o /dev/null -A "$agent" http://192.168.10.12/
run ENG01 curl -sS -m 8 -o /dev/null -A "$agent" -u USER:USER http://192.168.10.12/
run ENG01 curl -sS -m 8 -o /dev/null ftp://192.168.10.40/line1.csv
run ENG01 "$STATE/telnet_session.exp" 192.168.10.2 maint kojo2019
part "management and the other plant"
run HMI01 snmpget -v2c -c public -t 2 -r 1 192.168.10.40 1.3.6.1.2.1.1.5.0 1.3.6.1.2.1.1.1.0
run ENG01 snmpget -v2c -c public -t 2 -r 1 192.168.10.2 1.3.6.1.2.1.1.1.0 1.3.6.1.2.1.1.2.0 1.3.6.1.2.1.1.5.0
run BRANCH curl -sS -m 8 -o /dev/null --interface 10.99.4.20 -u genba:Hiroshima-7 http://192.168.10.40/
run BRANCH curl -sS -m 8 -o /dev/null --interface 10.99.4.21 -u genba:Hiroshima-7 http://192.168.10.40/
run BRANCH node "$STATE/modbus_identify.js" 192.168.10.13 --from 10.99.7.5
sleep 30
