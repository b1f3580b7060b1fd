"""Which MACs are one device, and what a device is by what it says, on captures of pcaps/identity."""
from harness import PCAPS, database, equal, scan, test

IDENTITY = PCAPS / "identity"


def devices(out):
    """Addresses of each device of the captured segments."""
    found = {}
    for asset, value in database(out).execute(
            "select asset_id, value from asset join address using (asset_id) where scope = 'local' and value <> '0.0.0.0'"):
        found.setdefault(asset, set()).add(value)
    return found


def claims(out, name):
    return set(database(out).execute("select asset_id, value, method from attribute where name = ?", (name,)))


def told(out):
    """Duplicate addresses: none here is one."""
    return database(out).execute("select kind, detail from anomaly").fetchall()


@test
def ports_of_one_lacp_system_are_one_device():
    out = scan(IDENTITY / "bond-lacp.pcap")
    equal(devices(out), {"mac-001b1b000001": {"10.5.0.10", "00:1b:1b:00:00:01", "00:1b:1b:00:00:02"},
                         "mac-001b1b000011": {"10.5.0.1", "00:1b:1b:00:00:11", "00:1b:1b:00:00:12"}}, "devices")
    systems = {(asset, value) for asset, value, method in claims(out, "fingerprint") if method == "lacp system"}
    equal(systems, {("mac-001b1b000001", "00:1b:1b:00:00:01"), ("mac-001b1b000011", "00:1b:1b:00:00:11")}, "systems")
    equal(told(out), [], "anomalies")


@test
def a_bond_of_two_macs_is_one_device():
    for capture, why in (("bond-failover.pcap", "bond failover"), ("bond-balance.pcap", "bond load balancing")):
        out = scan(IDENTITY / capture)
        equal(devices(out), {"mac-001b1b000001": {"10.5.0.10", "00:1b:1b:00:00:01", "00:1b:1b:00:00:02"},
                             "mac-001b1b0000aa": {"10.5.0.1", "00:1b:1b:00:00:aa"},
                             "mac-001b1b0000ab": {"10.5.0.2", "00:1b:1b:00:00:ab"}}, f"devices of {capture}")
        equal(claims(out, "also_mac"), {("mac-001b1b000001", "00:1b:1b:00:00:02", why)}, capture)
        equal(told(out), [], f"anomalies of {capture}")


@test
def random_macs_are_tied_by_a_name_of_their_own():
    out = scan(IDENTITY / "random-macs.pcap")
    equal(devices(out), {"mac-001b1b000201": {"10.9.0.1", "00:1b:1b:00:02:01"},
                         "mac-3e915cd207e4": {"10.9.0.109", "3e:91:5c:d2:07:e4", "10.9.0.118", "e6:0b:7d:29:f1:5a"},
                         "mac-4a1fc3885db6": {"10.9.0.120", "4a:1f:c3:88:5d:b6"},
                         "mac-d27704ae9c13": {"10.9.0.105", "d2:77:04:ae:9c:13"},
                         "mac-5254007a3319": {"10.9.0.110", "52:54:00:7a:33:19"}}, "devices")
    bit = "locally administered bit"
    equal(claims(out, "local_mac"), {("mac-3e915cd207e4", "random", bit), ("mac-4a1fc3885db6", "random", bit),
                                     ("mac-d27704ae9c13", "random", bit), ("mac-5254007a3319", "QEMU", bit)}, "kinds of MACs")
    equal({asset for asset, _, method in claims(out, "vendor") if method == "oui"} - {"mac-001b1b000201"}, set(), "makers")
    equal(database(out).execute("select value from coverage where metric = 'random_macs'").fetchall(), [(3.0,)], "coverage")
    moved = database(out).execute("select value, first_ts from address where asset_id = 'mac-3e915cd207e4' and kind = 'ipv4'"
                                  " order by first_ts").fetchall()
    equal([value for value, _ in moved], ["10.9.0.109", "10.9.0.118"], "addresses over time")


@test
def a_camera_says_that_it_is_one():
    out = scan(IDENTITY / "cameras.pcap")
    equal(database(out).execute("select name, role, role_reason, product from asset where role <> ''").fetchall(),
          [("PREDATOR", "camera", "says so itself", "HD_PREDATOR")], "cameras")
    equal(set(database(out).execute("select address, port, protocol, product from service")),
          {("10.6.0.10", 554, "rtsp", "GStreamer RTSP server"), ("10.6.0.11", 554, "rtsp", "GStreamer RTSP server"),
           ("10.6.0.10", 3702, "wsd", "")}, "services")
    # the right password was answered by 503 (no pictures), the wrong one by 401
    equal(set(database(out).execute("select scheme, username, outcome from credential")),
          {("rtsp-basic", "viewer", "attempted"), ("rtsp-basic", "viewer", "rejected")}, "log-ins")
    equal((out / "evidence.pcapng").read_bytes().count(b"dmlld2VyOn"), 0, "the log-in in evidence")
