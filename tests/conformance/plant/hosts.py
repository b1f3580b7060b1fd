"""The plant: who there is, what runs on it, who asks whom. What is stated here is what the inventory has to hold."""
import concurrent.futures
import dataclasses
import pathlib
import shutil
import subprocess

PEERS = pathlib.Path(__file__).resolve().parent.parent / "stacks" / "peers"
DOMAIN = "plant.example"
CONTROL, OFFICE = 10, 20  # VLANs
GATEWAYS = {CONTROL: "10.77.10.1", OFFICE: "10.77.20.1"}
PYTHON = "/usr/bin/python3"
SSH = ("tcp", 22, "ssh")


@dataclasses.dataclass
class Port:
    vlan: int | None  # None: a cable to another host
    address: str
    mac: str
    dhcp: bool = False
    switch: str = "switch"


@dataclasses.dataclass
class Host:
    name: str
    ports: list
    role: str
    tells_system: bool  # LLDP, sysDescr, a banner or a browser announcement names its OS family
    services: set
    routes: bool = False
    gateway: str | None = None
    routed: bool = False  # seen behind a router only: by its address, which is also its name

    def addresses(self):
        return {self.ports[0].address} if self.routed else {a for p in self.ports for a in (p.address, p.mac)}

    def shown_name(self):
        return self.ports[0].address if self.routed else self.name


def host(name, number, vlan, role, tells_system, *services, dhcp=False):
    port = Port(vlan, f"10.77.{vlan}.{number}", f"02:4b:4b:00:{vlan:02x}:{number:02x}", dhcp)
    return Host(name, [port], role, tells_system, set(services), gateway=None if dhcp else GATEWAYS[vlan])


def ports(number):
    return [Port(vlan, f"10.77.{vlan}.{number}", f"02:4b:4b:00:{vlan:02x}:{number:02x}") for vlan in (CONTROL, OFFICE)]


MODBUS = ("tcp", 502, "modbus")
VISIBLE = [
    Host("gw1", ports(1), "router", True, {("udp", 123, "ntp")}, routes=True),
    host("infra1", 2, OFFICE, "server", False, ("udp", 53, "dns"), ("udp", 67, "dhcp"), ("udp", 69, "tftp")),
    host("files1", 3, OFFICE, "server", True, ("tcp", 445, "smb"), ("udp", 137, "nbns"), ("udp", 138, "nbdgm")),
    host("web1", 4, OFFICE, "server", True, ("tcp", 80, "http"), SSH),
    host("ups1", 5, OFFICE, "", True, ("udp", 161, "snmp")),
    host("ftp1", 6, OFFICE, "server", False, ("tcp", 21, "ftp")),
    host("jump1", 7, OFFICE, "server", True, SSH),
    host("ws1", 100, OFFICE, "workstation", False, dhcp=True),
    host("printer1", 101, OFFICE, "printer", False, ("tcp", 80, "http"), dhcp=True),
    Host("mon1", ports(8), "", True, {SSH}, gateway=GATEWAYS[OFFICE]),
    host("plc1", 11, CONTROL, "plc", False, MODBUS),
    host("plc2", 12, CONTROL, "plc", False, MODBUS),
    host("hmi1", 20, CONTROL, "hmi", False),
    host("hist1", 21, CONTROL, "historian", False, ("tcp", 5432, "postgresql")),
    Host("fw1", [Port(OFFICE, "10.77.20.9", "02:4b:4b:00:14:09")], "firewall", False, set(), routes=True, gateway=GATEWAYS[OFFICE]),
    Host("dmz1", [Port(None, "192.168.3.2", "02:4b:4b:00:c0:03", switch="fw1")], "", False, {("tcp", 80, "http")},
         gateway="192.168.3.1", routed=True),
    Host("nat1", [Port(CONTROL, "10.77.10.9", "02:4b:4b:00:0a:09")], "router", True, set(), gateway=GATEWAYS[CONTROL]),
]
HIDDEN = [Host(f"cell{n}", [Port(None, f"192.168.{n}.2", f"02:4b:4b:00:c0:{n:02x}", switch="nat1")], "", False, set(),
               gateway=f"192.168.{n}.1") for n in (1, 2)]
ALL = VISIBLE + HIDDEN
ADDRESS = {h.name: h.ports[0].address for h in ALL}


AS_POSTGRES = ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--clear-groups"]  # it refuses to run as root


def postgres(program):
    found = sorted(pathlib.Path("/usr/lib/postgresql").glob(f"*/bin/{program}"))
    if not found:
        raise RuntimeError("no PostgreSQL; ./install.sh test installs it")
    return found[-1]


def prepare(plant):
    """Files that the programs read."""
    work = plant.work
    (work / "resolv.conf").write_text(f"nameserver {ADDRESS['infra1']}\nsearch {DOMAIN}\noptions timeout:2\n")
    for name in ("web1", "jump1", "mon1"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", work / f"{name}.key"], check=True)
    for folder in ("tftp", "share", "ftp", "www", "samba", "services/printer1"):
        (work / folder).mkdir(parents=True)
    (work / "tftp" / "boot.cfg").write_text("cell boot image\n")
    (work / "share" / "shift.txt").write_text("shift report\n")
    (work / "ftp" / "recipe.txt").write_text("recipe\n")
    (work / "www" / "index.html").write_text("<html><title>Plant web</title></html>\n")
    (work / "sshd_config").write_text("UsePAM no\nPermitRootLogin yes\nStrictModes no\nPidFile none\n")
    (work / "smb.conf").write_text(
        "[global]\nnetbios name = FILES1\nworkgroup = PLANT\nmap to guest = bad user\nguest account = root\n"
        "disable spoolss = yes\nload printers = no\n" + "".join(
            f"{key} = {work}/samba\n" for key in ("private dir", "lock directory", "state directory", "cache directory",
                                                  "pid directory", "ncalrpc dir"))
        + f"[share]\npath = {work}/share\nguest ok = yes\n")
    for name in ("web1", "printer1", "dmz1"):
        (work / f"{name}.nginx").write_text(
            f"user root;\ndaemon off;\nworker_processes 1;\npid {work}/{name}.pid;\nevents {{}}\nhttp {{ access_log off; "
            + "".join(f"{kind}_temp_path {work}/{name}.{kind}; " for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
            + f"server {{ listen 80; root {work}/www; }} }}\n")
    (work / "snmpd.conf").write_text("agentaddress udp:161\nrocommunity public\nsysName ups1\nsysLocation room 3\n")
    (work / "vsftpd.conf").write_text(
        "listen=YES\nbackground=NO\nanonymous_enable=YES\nlocal_enable=NO\nsecure_chroot_dir=/run/vsftpd/empty\n"
        f"anon_root={work}/ftp\nseccomp_sandbox=NO\n")
    (work / "chrony.conf").write_text(f"local stratum 8\nallow all\npidfile {work}/chronyd.pid\ncmdport 0\nbindcmdaddress /\n")
    (work / "avahi.conf").write_text("[server]\nhost-name=printer1\nuse-ipv4=yes\nuse-ipv6=no\nenable-dbus=no\n"
                                     "[publish]\npublish-hinfo=no\npublish-workstation=no\n")
    (work / "services" / "printer1" / "printer.service").write_text(
        '<?xml version="1.0"?><!DOCTYPE service-group SYSTEM "avahi-service.dtd"><service-group><name>Label printer</name>'
        "<service><type>_ipp._tcp</type><port>631</port><txt-record>ty=Label printer</txt-record></service></service-group>\n")
    (work / "dhclient.conf").write_text("initial-interval 1;\nsend host-name = gethostname();\n"
                                        "request subnet-mask, broadcast-address, routers, domain-name-servers;\n")
    script = work / "dhclient-script"
    script.write_text('#!/bin/sh\ncase $reason in PREINIT) ip link set "$interface" up;; BOUND)\n'
                      'ip addr add "$new_ip_address/24" brd + dev "$interface"; ip route add default via "$new_routers";; esac\n')
    script.chmod(0o755)
    data = work / "hist1.data"
    data.mkdir()
    shutil.chown(data, "postgres", "postgres")
    subprocess.run([*AS_POSTGRES, postgres("initdb"), "--no-sync", "-A", "trust", "-U", "historian", "-D", data], check=True,
                   capture_output=True, cwd="/")
    (data / "pg_hba.conf").write_text("host all all 10.77.0.0/16 trust\n")


def serve(plant):
    work = plant.work

    def ssh(name):
        plant.serve(name, ["/usr/sbin/sshd", "-D", "-e", "-f", work / "sshd_config", "-h", work / f"{name}.key"])

    plant.inside("gw1", "sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward")
    plant.inside("nat1", "sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward")
    for number in (1, 2):
        plant.ip("nat1", "addr", "add", f"192.168.{number}.1/24", "dev", f"cell{number}-0")
    plant.inside("nat1", "nft", "add table ip nat; add chain ip nat out { type nat hook postrouting priority 100; };"
                 " add rule ip nat out oifname eth0 masquerade")
    plant.inside("fw1", "sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward")
    plant.ip("fw1", "addr", "add", "192.168.3.1/24", "dev", "dmz1-0")
    plant.inside("fw1", "nft", "add table ip filter; add chain ip filter forward { type filter hook forward priority 0; };"
                 " add rule ip filter forward tcp dport 502 reject with icmp admin-prohibited;"
                 " add rule ip filter forward tcp dport 22 reject with tcp reset")
    plant.serve("hist1", [*AS_POSTGRES, postgres("postgres"), "-D", work / "hist1.data", "-k", "", "-c", "listen_addresses=*"])
    records = [f"--host-record={h.name}.{DOMAIN},{h.ports[0].address}" for h in VISIBLE if not h.routed]
    leases = [f"--dhcp-host={p.mac},{p.address},{h.name}" for h in VISIBLE for p in h.ports if p.dhcp]
    plant.serve("infra1", ["dnsmasq", "-k", "-C", "/dev/null", "--log-facility=-", "-R", "-h", "--user=root", "--no-ping",
                           f"--domain={DOMAIN}", f"--local=/{DOMAIN}/", "--dhcp-range=10.77.20.100,10.77.20.120,1h",
                           f"--dhcp-option=3,{GATEWAYS[OFFICE]}", "--dhcp-authoritative", f"--dhcp-leasefile={work}/leases",
                           "--enable-tftp", f"--tftp-root={work}/tftp", "--pid-file", *records, *leases])
    plant.serve("gw1", ["chronyd", "-d", "-x", "-u", "root", "-f", work / "chrony.conf"])
    for name in ("gw1", "nat1", "mon1"):
        interfaces = "eth0" if name == "nat1" else "eth0,eth1"
        plant.serve(name, ["lldpd", "-d", "-I", interfaces, "-C", interfaces])
    for daemon in ("smbd", "nmbd"):
        plant.serve("files1", [daemon, "-F", "--no-process-group", "--debug-stdout", "-s", work / "smb.conf"])
    for name in ("web1", "printer1", "dmz1"):
        plant.serve(name, ["nginx", "-e", "stderr", "-c", work / f"{name}.nginx"])
    for name in ("web1", "jump1", "mon1"):
        ssh(name)
    plant.serve("ups1", ["snmpd", "-f", "-Lo", "-C", "-c", work / "snmpd.conf"],
                env={"SNMP_PERSISTENT_DIR": str(work / "snmp"), "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"})
    plant.serve("ftp1", ["vsftpd", work / "vsftpd.conf"])
    for name in ("plc1", "plc2"):
        plant.serve(name, [PYTHON, PEERS / "pymodbus_server.py", ADDRESS[name], 502, "tcp"])
    missing = plant.await_ports([(h.name, transport, port) for h in VISIBLE for transport, port, _ in h.services])
    return [f"{name} does not listen on {transport}/{port}" for name, transport, port in missing]


def lease(plant, name):
    work = plant.work
    status, text = plant.ask(name, ["dhclient", "-4", "-1", "-cf", work / "dhclient.conf", "-sf", work / "dhclient-script",
                                    "-lf", work / f"{name}.lease", "-pf", work / f"{name}.dhclient.pid", "eth0"])
    got = plant.inside(name, "ip", "-4", "addr", "show", "eth0")
    return [] if ADDRESS[name] in got else [f"{name} got no lease: {status} {text}"]


def read(names):
    """Reads, and writes nothing, as what keeps a history does."""
    return [PYTHON, "-c", f"""
import time
from pymodbus.client import ModbusTcpClient
clients = [ModbusTcpClient(name) for name in {names!r}]
assert all(client.connect() for client in clients)
for cycle in range(6):
    for client in clients:
        assert not client.read_holding_registers(0, 10, 1).isError()
    time.sleep(0.5)
"""]


def poll(name):
    """Reads as an operator's station does, one cycle after another."""
    return [PYTHON, "-c", f"""
import time
from pymodbus.client import ModbusTcpClient
from pymodbus.mei_message import ReadDeviceInformationRequest
clients = [ModbusTcpClient(name) for name in {name!r}]
for client in clients:
    assert client.connect() and not client.execute(ReadDeviceInformationRequest(unit=1)).isError()
for cycle in range(8):
    for client in clients:
        assert not client.read_holding_registers(0, 10, 1).isError()
        assert not client.read_coils(0, 8, 1).isError()
        if cycle % 4 == 3:
            assert not client.write_register(3, cycle, 1).isError()
    time.sleep(0.5)
"""]


def ask(plant):
    """Every client's work, with what came of it."""
    work = plant.work

    def login(target):
        return ["ssh", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "BatchMode=yes",
                "-o", f"IdentityFile={work}/none", f"root@{target}", "true"]

    def curl(url):
        return ["curl", "-sS", "-m", "8", "-o", "/dev/null", url]

    def refused(address, port, why):
        """113: no route to host, as ICMP told; 111: connection refused, by a reset."""
        return [PYTHON, "-c", f"import socket, sys; s = socket.socket(); s.settimeout(5);"
                f" sys.exit(s.connect_ex(({address!r}, {port})) != {why})"]

    ntp = ["chronyd", "-Q", "-t", "8", "-u", "root", "-f", "/dev/null"]
    snmp = ["snmpget", "-v2c", "-c", "public", "-m", "", "ups1", *(f"1.3.6.1.2.1.1.{n}.0" for n in (1, 2, 5, 6))]
    dmz = ADDRESS["dmz1"]
    lists = {
        "ws1": [["ip", "route", "add", "192.168.3.0/24", "via", ADDRESS["fw1"]], curl(f"http://{dmz}/"),
                refused(dmz, 502, 113), refused(dmz, 22, 111),
                ["psql", "-h", "hist1", "-U", "historian", "-d", "postgres", "-c", "select now()"],
                curl("http://web1/"), curl("http://printer1/"), curl("ftp://ftp1/recipe.txt"), login("jump1"),
                ["smbclient", "-s", work / "smb.conf", "-n", "WS1", "//files1/share", "-N", "-c", "get shift.txt /dev/null"],
                ["sh", "-c", "until nmblookup -s \"$1\" -B 10.77.20.255 FILES1; do sleep 1; done", "sh", work / "smb.conf"]],
        "mon1": [snmp, login("web1"), [*ntp, f"server {GATEWAYS[OFFICE]} iburst"], curl("http://web1/"),
                 curl("http://web1.plant.example/"), ["getent", "hosts", "hmi1"], ["getent", "hosts", "fw1"]],
        "jump1": [login("mon1"), login("10.77.20.8"), curl("http://web1/")],
        "plc1": [curl("tftp://infra1/boot.cfg"), [*ntp, f"server {GATEWAYS[CONTROL]} iburst"]],
        "hmi1": [poll(["plc1", "plc2"]), curl("http://web1/")],
        "hist1": [read(["plc1", "plc2"])],
        "nat1": [[*ntp, f"server {GATEWAYS[CONTROL]} iburst"]],
        "cell1": [curl("http://web1/"), login("jump1")],
        "cell2": [curl("http://web1/"), curl("ftp://ftp1/recipe.txt")],
    }

    def work_through(name):
        wrong = []
        for words in lists[name]:
            status, text = plant.ask(name, words)
            refused = words[0] == "ssh" and "Permission denied" in text  # it has no key: what is wanted is the handshake
            if status != 0 and not refused:
                wrong.append(f"{name}: {' '.join(map(str, words))}: {status} {text[-300:]}")
        return wrong

    with concurrent.futures.ThreadPoolExecutor(len(lists)) as pool:
        return [line for wrong in pool.map(work_through, lists) for line in wrong]


def run(plant):
    """Complaints: what did not go as stated above."""
    for needed in ("dnsmasq", "smbd", "snmpd", "lldpd", "avahi-daemon", "nginx", "chronyd", "vsftpd", "nft", "dhclient", "psql", "setpriv"):
        if not shutil.which(needed):
            raise RuntimeError(f"no {needed}; ./install.sh test installs it")
    prepare(plant)
    complaints = serve(plant)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for wrong in pool.map(lambda name: lease(plant, name), ("ws1", "printer1")):
            complaints += wrong
    plant.serve("printer1", ["avahi-daemon", "--no-chroot", "--no-drop-root", "--no-rlimits", "-f", plant.work / "avahi.conf"])
    return complaints + ask(plant)
