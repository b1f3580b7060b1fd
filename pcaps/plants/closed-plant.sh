# shellcheck shell=bash disable=SC2086,SC2154
# A water works that is closed: one switch, one control zone, nothing else. Busy, and clean: what is written
# to controllers comes from the one declared master, and names and time come from inside. To be sourced by make.sh.

switch_up span

host SCADA01 00:16:97:11:50:10 span 192.168.50.10/24 "" 192.168.50.2
host SRV01 00:00:0e:22:50:02 span 192.168.50.2/24 "" 192.168.50.2
host NTP01 ec:46:70:33:50:03 span 192.168.50.3/24
host ENG01 98:e7:43:44:50:20 span dhcp
host HMI01 74:fe:48:55:50:11 span 192.168.50.11/24 "" 192.168.50.2
host PLC-FILTER 28:e9:8e:66:50:31 span 192.168.50.31/24
host PLC-DOSING 00:80:f4:77:50:32 span 192.168.50.32/24
host PLC-INTAKE 00:00:0a:88:50:33 span 192.168.50.33/24
host RTU-TANK1 00:03:74:99:50:41 span 192.168.50.41/24
host RTU-TANK2 00:03:74:99:50:42 span 192.168.50.42/24
host RTU-POWER 00:1b:1b:aa:50:51 span 192.168.50.51/24
like windows SCADA01 ENG01 HMI01
like rtos PLC-FILTER PLC-DOSING PLC-INTAKE RTU-TANK1 RTU-TANK2 RTU-POWER

certificate_authority "Water Works"
certificate srv01.wtp.internal
mkdir -p "$STATE/SRV01/www"
echo '<html><title>Projects</title><p>filter, dosing, intake</html>' >"$STATE/SRV01/www/index.html"
head -c 4000 /dev/zero | tr '\0' '#' >"$STATE/SRV01/www/project.zip"
web_server SRV01 "server { listen 443 ssl; root $STATE/SRV01/www; ssl_protocols TLSv1.2 TLSv1.3;
  ssl_certificate $STATE/srv01.wtp.internal.pem; ssl_certificate_key $STATE/srv01.wtp.internal.key; }"
ssh_server SRV01
# DHCP hands out addresses, the resolver and the domain; "3" alone: no router.
start SRV01 dnsmasq -k -C /dev/null --user=root --group=root --interface=eth0 --bind-interfaces -R -h \
  --local=/#/ --domain=wtp.internal --dhcp-leasefile=/run/leases --dhcp-authoritative --no-ping \
  --dhcp-range=192.168.50.100,192.168.50.120,255.255.255.0,12h --dhcp-option=3 --dhcp-option=42,192.168.50.3 \
  --dhcp-host=98:e7:43:44:50:20,192.168.50.20 \
  --host-record=srv01.wtp.internal,192.168.50.2 --host-record=ntp01.wtp.internal,192.168.50.3 \
  --host-record=scada01.wtp.internal,192.168.50.10
start NTP01 chronyd -d -x -n -U -u root "local stratum 1" "allow all" "cmdport 0" "driftfile /run/drift" "pidfile /run/chronyd.pid"
start PLC-FILTER "$STATE/modbus_slave" 192.168.50.31
start PLC-DOSING node "$STATE/modbus_plc.js" 192.168.50.32 "Schneider Electric" "BMX P34 2030" "v3.10"
start PLC-INTAKE "$STATE/modbus_slave" 192.168.50.33
start RTU-TANK1 "$STATE/dnp3_station" outstation 192.168.50.41 41 "Control Microsystems" "SCADAPack 334" "8.14.2"
start RTU-TANK2 "$STATE/dnp3_station" outstation 192.168.50.42 42 "Control Microsystems" "SCADAPack 334" "8.14.2"
start RTU-POWER "$STATE/iec104_station" controlled 192.168.50.51 51
sleep 3

capture_start
lease ENG01 eth0
for plc in 31 33; do start SCADA01 "$STATE/modbus_master" "192.168.50.$plc" 1 100 600 write; done
run SCADA01 node "$STATE/modbus_identify.js" 192.168.50.32
start SCADA01 "$STATE/modbus_master" 192.168.50.32 1 100 600 write
start SCADA01 "$STATE/dnp3_station" master 192.168.50.41 41 1 60 1000 operate
start SCADA01 "$STATE/dnp3_station" master 192.168.50.42 42 1 60 1000 operate
start SCADA01 "$STATE/iec104_station" controlling 192.168.50.51 51 60 command
start HMI01 "$STATE/modbus_master" 192.168.50.31 1 30 2000
time_from="chronyd -x -Q -t 8 -U -u root"
for each in SCADA01 HMI01 ENG01 SRV01; do
  run "$each" $time_from "server 192.168.50.3 iburst maxsamples 1" "cmdport 0" "pidfile /run/c.pid"
done
for ((i = 0; i < 3; i++)); do
  run HMI01 dig +tries=1 +time=2 @192.168.50.2 scada01.wtp.internal
  run SCADA01 dig +tries=1 +time=2 @192.168.50.2 ntp01.wtp.internal
  run ENG01 curl -sS -m 8 -o /dev/null --cacert "$STATE/ca.pem" https://srv01.wtp.internal/project.zip
  run ENG01 ssh $ssh_options -i "$STATE/user_key" root@srv01.wtp.internal uptime
  sleep 12
done
sleep 15
