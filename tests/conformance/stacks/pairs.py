"""Which client talks to which server, over what, and what of it has to stand in the inventory."""
import collections
import dataclasses
import xml.etree.ElementTree

import iec104
import modbus
import plans


@dataclasses.dataclass
class ModbusPair:
    client: str
    server: str
    transport: str                   # 'tcp', 'pipelined', 'buffered', 'rtu', 'udp'
    plan: list
    server_arguments: tuple = ()
    least: int = 10                  # requests that the stack must have carried out
    port: int = 502
    client_arguments: tuple = None

    def __post_init__(self):
        self.name = f"{self.client}-{self.server}-{self.transport}".replace("_client", "").replace("_server", "")
        if self.server_arguments:
            self.name += "-" + "-".join(self.server_arguments)
        if self.client_arguments is None:
            self.client_arguments = () if self.client.startswith(("libmodbus", "mbpoll")) else (self.transport,)
        if self.server.startswith(("pymodbus", "jsmodbus")):
            self.server_arguments = ("tcp" if self.transport == "pipelined" else self.transport,)

    def anomalies(self, entry):
        """That an entry of the client's log must leave in the inventory, for the server's answer is broken."""
        if self.server != "jsmodbus_server":
            return []
        if entry["do"] == "read_device_identification" and entry["outcome"] != "timeout":
            return ["bad_length"]  # an exception of three octets
        if entry["do"].startswith("read_") and entry.get("address", 0) > 1000:
            return ["bad_value"]   # registers and coils beyond its table are an answer with none
        return []

    def judge(self, run, db):
        broken = collections.Counter()
        for entry in run.client_log:
            expected = self.anomalies(entry)
            broken.update(expected)
            if expected and entry["outcome"].startswith("error"):
                entry["outcome"] = "malformed"
        wanted = modbus.Wanted(run.client_log)
        found = modbus.Found(db, run.address, self.port, "udp" if self.transport == "udp" else "tcp",
                             "modbus_rtu" if self.transport == "rtu" else "modbus")
        for entry in wanted.errors:
            yield f"the client could make nothing of {entry}"
        answered = sum(row[2] for row in wanted.operations.values())
        if answered < self.least:
            yield f"only {answered} requests were carried out"
        yield from modbus.differences(wanted, found)
        yield from modbus.server_differences(run.server_entries(), found)
        seen = collections.Counter()
        for kind, _, count in found.anomalies:
            seen[kind] += count
        if seen != broken:
            yield f"anomalies {dict(seen)}, not {dict(broken)}"


CLIENTS = ("libmodbus_client", "pymodbus_client", "modbus_serial_client", "jsmodbus_client", "modbus_stream_client")
SERVERS = ("libmodbus_server", "pymodbus_server", "modbus_serial_server", "jsmodbus_server", "modbus_stream_server")


def usual(server, client=""):
    if server != "jsmodbus_server":
        return plans.full()
    return [request for request in plans.few()  # pymodbus waits in vain for the end of that odd exception
            if client != "pymodbus_client" or request["do"] != "read_device_identification"]


def serial(client, server):
    """Over RTU: modbus-serial makes nothing of exceptions there, and jsmodbus sends one of an odd size."""
    dropped = {"custom"}
    if client == "modbus_serial_client":
        dropped |= {"mask_write_register", "read_device_identification"}
    if server == "jsmodbus_server":
        dropped |= {"read_device_identification"}
    return [request for request in usual(server) if request["do"] not in dropped and (
        client != "modbus_serial_client" or request.get("address", 0) < 50000)]


PAIRS = [ModbusPair(client, server, "tcp", usual(server, client)) for client in CLIENTS for server in SERVERS]
PAIRS += [ModbusPair("mbpoll_client", server, "tcp", usual(server)) for server in SERVERS]
PAIRS += [ModbusPair(client, server, "pipelined", plans.PIPELINE)
          for client in ("pymodbus_client", "modbus_serial_client", "modbus_stream_client") for server in SERVERS]
PAIRS += [ModbusPair(client, server, "rtu", serial(client, server)) for server in ("pymodbus_server", "jsmodbus_server")
          for client in ("pymodbus_client", "modbus_serial_client", "jsmodbus_client")]
PAIRS += [ModbusPair("modbus_serial_client", "libmodbus_server", "buffered", plans.full())]
PAIRS += [ModbusPair(client, "pymodbus_server", "udp", plans.full())
          for client in ("pymodbus_client", "modbus_serial_client", "modbus_stream_client")]
PAIRS += [ModbusPair(client, "modbus_serial_server", "tcp", plans.SILENT, server_arguments=("1",), least=2) for client in CLIENTS]


@dataclasses.dataclass
class Iec104Pair:
    """scapy's APDUs both ways. Both ends must have logged the same, too."""
    client: str = "scapy_iec104"
    server: str = "scapy_iec104"
    name: str = "scapy_iec104"
    transport: str = "tcp"
    port: int = 2404
    plan: list = dataclasses.field(default_factory=lambda: plans.IEC104)
    client_arguments: tuple = ()
    server_arguments: tuple = ()

    def judge(self, run, db):
        ours, theirs = ([{k: v for k, v in entry.items() if k != "fields"} for entry in log]
                        for log in (run.client_log, run.server_entries()))
        if len(ours) < len(self.plan) or sorted(map(repr, ours)) != sorted(map(repr, theirs)):
            yield f"the stations logged {len(ours)} and {len(theirs)} ASDUs, not the same"
        yield from iec104.differences(iec104.Wanted(run.client_log), iec104.Found(db, run.address, self.port))


@dataclasses.dataclass
class NmapPair:
    """A script of nmap's as the client: what it says in its report is what must stand in the inventory."""
    script: str
    server: str
    port: int
    transport: str = "tcp"
    client: str = "nmap"
    plan: list = dataclasses.field(default_factory=list)

    def __post_init__(self):
        self.name = f"nmap-{self.script}-{self.server}"
        self.client_arguments = (self.script,)
        self.server_arguments = ("tcp",) if self.server == "pymodbus_server" else ()

    def judge(self, run, db):
        report = xml.etree.ElementTree.fromstring(run.client_text)
        said = {element.get("key"): element.text or "" for element in report.iter("elem")}
        yield from (self.iec104 if self.port == 2404 else self.modbus)(run, db, said)

    def iec104(self, run, db, said):
        found = iec104.Found(db, run.address, self.port)
        wanted = iec104.Wanted(run.server_entries(), with_session=False)
        wanted.actions[("STARTDT", None, "start", "", "accepted")] += 1
        yield from iec104.differences(wanted, found)
        objects = [point for point in found.points if point[2] == "report"]
        if said.get("Information objects") != str(len(objects)) or {str(p[0]) for p in objects} != {said.get("ASDU address")}:
            yield f"nmap found {said}, kakoi {sorted(objects)}"

    def modbus(self, run, db, said):
        found = modbus.Found(db, run.address, self.port, "tcp", "modbus")
        named, identified = int("error" not in said), int("Device identification" in said)
        wanted = {(1, 17, None): [1, 1, named, 1 - named, 0], (1, 43, None): [1, 1, identified, 1 - identified, 0]}
        if found.operations != wanted:
            yield f"nmap said {said}, so {wanted}, kakoi has {found.operations}"
        alone = run.inventory_of_this_pair()  # all servers have one MAC address: one device together
        claims = {row[0] for row in alone.execute("select value from attribute where protocol = 'modbus'")}
        alone.close()
        if not claims or any(claim not in " ".join(said.values()) for claim in claims):
            yield f"nmap said {said}, kakoi claims {claims}"
        missing = set(said.get("Device identification", "").split()) - claims
        if missing:
            yield f"nmap said {said}, kakoi does not claim {missing}"


PAIRS += [Iec104Pair(), NmapPair("iec-identify", "scapy_iec104", 2404),
          NmapPair("modbus-discover", "libmodbus_server", 502), NmapPair("modbus-discover", "pymodbus_server", 502)]
