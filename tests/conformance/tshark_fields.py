"""What tshark's dissection of a capture says of Modbus, DNP3 and IEC 60870-5-104: points, objects and commands.

Read as PDML, the form of `tshark -T fields` that keeps which field belongs to which PDU and object. Nothing here
shares code or tables with kakoi; kinds of points and bounds of quantities are those of the standards named below.
"""
import collections
import subprocess
import tempfile
import xml.etree.ElementTree as ElementTree

LAYERS = "ip ipv6 tcp udp mbtcp modbus mbudp mbrtu dnp3 iec60870_104 iec60870_asdu"
PREFERENCES = ("tcp.desegment_tcp_streams:TRUE", "tcp.analyze_sequence_numbers:TRUE", "tcp.no_subdissector_on_error:FALSE",
               "dnp3.desegment:TRUE")

# MODBUS Application Protocol Specification V1.1b3: function: (kind, access, field of the first, field of the number,
# most). None: one point.
MODBUS_POINTS = {
    1: [("coil", "read", "modbus.reference_num", "modbus.bit_cnt", 2000)],                          # 6.1
    2: [("discrete input", "read", "modbus.reference_num", "modbus.bit_cnt", 2000)],                # 6.2
    3: [("holding register", "read", "modbus.reference_num", "modbus.word_cnt", 125)],              # 6.3
    4: [("input register", "read", "modbus.reference_num", "modbus.word_cnt", 125)],                # 6.4
    5: [("coil", "write", "modbus.reference_num", None, 1)],                                        # 6.5
    6: [("holding register", "write", "modbus.reference_num", None, 1)],                            # 6.6
    15: [("coil", "write", "modbus.reference_num", "modbus.bit_cnt", 1968)],                        # 6.11
    16: [("holding register", "write", "modbus.reference_num", "modbus.word_cnt", 123)],            # 6.12
    22: [("holding register", "write", "modbus.reference_num", None, 1)],                           # 6.16
    23: [("holding register", "read", "modbus.read_reference_num", "modbus.read_word_cnt", 125),    # 6.17
         ("holding register", "write", "modbus.write_reference_num", "modbus.write_word_cnt", 121)],
}
MODBUS_DIAGNOSTICS = {1, 3, 4, 10, 20}  # 6.8: those that change something
ACKNOWLEDGE = 5                         # 7: the request was accepted and is under way

# IEC 60870-5-101, 7.3, 7.2.1: what the objects of a type are, and what naming them means.
KINDS = {"single-point information": (1, 2, 30), "double-point information": (3, 4, 31),
         "step position information": (5, 6, 32), "bitstring of 32 bits": (7, 8, 33),
         "measured value, normalized": (9, 10, 21, 34), "measured value, scaled": (11, 12, 35),
         "measured value, short float": (13, 14, 36), "integrated totals": (15, 16, 37),
         "event of protection equipment": (17, 38), "packed start events of protection equipment": (18, 39),
         "packed output circuit information of protection equipment": (19, 40), "packed single-point information": (20,),
         "single command": (45, 58), "double command": (46, 59), "regulating step command": (47, 60),
         "set point, normalized": (48, 61), "set point, scaled": (49, 62), "set point, short float": (50, 63),
         "bitstring command": (51, 64), "information object": (102,),
         "parameter of measured value, normalized": (110,), "parameter of measured value, scaled": (111,),
         "parameter of measured value, short float": (112,), "parameter activation": (113,)}
KIND_OF_TYPE = {number: kind for kind, numbers in KINDS.items() for number in numbers}
COMMANDS = {*range(45, 52), *range(58, 65), 103, 105, 106, *range(110, 114)}


def access_of_type(number):
    return "report" if number < 45 else "control" if number < 100 else "read" if number == 102 else "parameter"


class Dissection:
    """points: {(link, unit, kind, access, address)}; objects: Counter of (link, source, outstation, master, function,
    group * 256 + variation); actions: lists of [link, source, unit, function, point, points, outcome], in order."""

    def __init__(self):
        self.points = {"modbus": set(), "iec104": set()}
        self.objects = collections.Counter()
        self.actions = {"modbus": [], "dnp3": [], "iec104": []}


def number(text):
    return int(text, 0)


def first(tree, name):
    return next((number(f.get("show")) for f in tree.iter("field") if f.get("name") == name), None)


class Modbus:
    def __init__(self, out):
        self.out, self.open = out, {}

    def on_pdu(self, flow, mbtcp, modbus):
        unit, transaction, code = first(mbtcp, "mbtcp.unit_id"), first(mbtcp, "mbtcp.trans_id"), first(modbus, "modbus.func_code")
        if code is None:
            return
        key = (flow.stream, transaction, unit)
        if flow.to_server:
            self.open[key] = (code, self.request(flow, unit, code, modbus))
        elif self.open.get(key, (None,))[0] == code:
            exception = first(modbus, "modbus.exception_code")
            for action in self.open.pop(key)[1]:
                action[-1] = "accepted" if exception in (None, ACKNOWLEDGE) else "refused"

    def request(self, flow, unit, code, modbus):
        actions = []
        for kind, access, start, count, most in MODBUS_POINTS.get(code, ()):
            at, n = first(modbus, start), 1 if count is None else first(modbus, count)
            if at is None or n is None or not 1 <= n <= most:
                continue
            n = min(n, 65536 - at)
            self.out.points["modbus"].update((flow.link, unit, kind, access, p) for p in range(at, at + n))
            if access == "write":
                actions.append([flow.link, flow.source, unit, code, at, n, ""])
        if code == 8 and first(modbus, "modbus.diagnostic_code") in MODBUS_DIAGNOSTICS:
            actions.append([flow.link, flow.source, unit, code, None, 1, ""])
        self.out.actions["modbus"] += actions
        return actions


class Dnp3:
    """IEEE 1815-2012, clause 4; objects of Annex A."""
    RESPONSES, CONTROLS = {129, 130}, {3, 4, 5, 6}
    CONTROL_OBJECTS = {0x0C01, 0x2901, 0x2902, 0x2903, 0x2904}
    REFUSED = ("fcni", "obju", "pioor", "oae")

    def __init__(self, out):
        self.out, self.open, self.latest = out, {}, {}

    def on_frame(self, flow, dnp3):
        function = first(dnp3, "dnp3.al.func")
        if function is None:
            return
        source, destination = first(dnp3, "dnp3.src"), first(dnp3, "dnp3.dst")
        units = (source, destination) if function >= 129 else (destination, source)
        layer = next(f for f in dnp3.iter("field") if any(g.get("name") == "dnp3.al.func" for g in f))
        headers = [f for f in layer.iter("field") if f.get("name") == "dnp3.al.obj"]
        for header in headers:
            self.out.objects[(flow.link, flow.source, *units, function, number(header.get("show")))] += 1
        sequence = first(layer, "dnp3.al.seq")
        key = (flow.stream, *units, sequence)
        if function < 129:
            repeated = self.latest.get(key[:3]) == layer.get("value")
            self.latest[key[:3]] = layer.get("value")
        if function in self.CONTROLS:
            if repeated:
                return  # the same command
            actions = []
            for header in headers:
                if number(header.get("show")) in self.CONTROL_OBJECTS:
                    for index, _ in self.points_of(header):
                        actions.append([flow.link, flow.source, units[0], function, index, 1, ""])
            self.out.actions["dnp3"] += actions
            self.open[key] = actions
        elif function == 129 and key in self.open:
            actions = self.open.pop(key)
            statuses = [pair for header in headers for pair in self.points_of(header)]
            if [index for index, _ in statuses] == [action[4] for action in actions]:
                for action, (_, status) in zip(actions, statuses):
                    action[-1] = "refused" if status else "accepted"
            elif any(first(layer, "dnp3.al.iin." + bit) for bit in self.REFUSED):
                for action in actions:
                    action[-1] = "refused"

    @staticmethod
    def points_of(header):
        for item in header:
            index, status = first(item, "dnp3.al.index"), first(item, "dnp3.al.ctrlstatus")
            if status is not None:
                yield index if index is not None else first(item, "dnp3.al.point_index"), status


class Iec104:
    """IEC 60870-5-101: causes 7.2.3; -104 has addresses of two and three octets."""

    def __init__(self, out):
        self.out, self.open = out, collections.defaultdict(list)

    def on_asdu(self, flow, asdu):
        kind, unit, cause = (first(asdu, "iec60870_asdu." + name) for name in ("typeid", "addr", "causetx"))
        if kind is None or unit is None or cause is None:
            return
        refused = bool(first(asdu, "iec60870_asdu.nega")) or 44 <= cause <= 47
        addresses = [number(f.get("show")) for f in asdu.iter("field") if f.get("name") == "iec60870_asdu.ioa"]
        if kind in KIND_OF_TYPE and not (refused and cause not in (6, 8)):
            self.out.points["iec104"].update((flow.link, unit, KIND_OF_TYPE[kind], access_of_type(kind), a) for a in addresses)
        if kind not in COMMANDS:
            return
        for address in addresses:
            waiting = self.open[(flow.stream, kind, address)]
            if cause in (6, 8):
                action = [flow.link, flow.source, unit, kind, address if kind in KIND_OF_TYPE else None, 1, ""]
                waiting.append((action, flow.source))
                self.out.actions["iec104"].append(action)
            else:
                mine = [w for w in waiting if w[1] != flow.source and w[0][2] in (unit, 65535)]
                if mine and cause in (7, 9, 10, 44, 45, 46, 47):
                    waiting.remove(mine[0])
                    mine[0][0][-1] = "refused" if refused else "accepted"


Flow = collections.namedtuple("Flow", "stream link source to_server")


def dissect(path, decode_as, link_of):
    """link_of(source, source port, destination, destination port): (link, whether this goes to its server)."""
    command = ["tshark", "-n", "-r", str(path), "-Y", "modbus or dnp3.al.func or iec60870_asdu", "-T", "pdml", "-J", LAYERS]
    for preference in PREFERENCES:
        command += ["-o", preference]
    for rule in decode_as:
        command += ["-d", rule]
    out = Dissection()
    modbus, dnp3, iec104 = Modbus(out), Dnp3(out), Iec104(out)
    with tempfile.TemporaryDirectory() as empty, subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={"PATH": "/usr/bin:/bin", "HOME": empty}) as tshark:
        for _, element in ElementTree.iterparse(tshark.stdout):
            if element.tag != "packet":
                continue
            source = destination = ports = mbtcp = flow = None
            for proto in element:
                name = proto.get("name")
                if name in ("ip", "ipv6"):
                    fields = {f.get("name"): f.get("show") for f in proto}
                    source, destination = fields.get(name + ".src"), fields.get(name + ".dst")
                elif name in ("tcp", "udp"):
                    fields = {f.get("name"): f.get("show") for f in proto.iter("field")}
                    if any(f.startswith("tcp.analysis.") and f.endswith("retransmission") for f in fields):
                        break  # dissected a second time
                    ports = int(fields[name + ".srcport"]), int(fields[name + ".dstport"])
                    flow = Flow((name, fields[name + ".stream"]), *link_of(source, ports[0], destination, ports[1]))
                elif flow and name in ("mbtcp", "mbudp"):
                    mbtcp = proto
                    for inner in proto.iter("proto"):
                        if inner.get("name") == "modbus":
                            modbus.on_pdu(flow, mbtcp, inner)
                elif flow and name == "modbus" and mbtcp is not None:
                    modbus.on_pdu(flow, mbtcp, proto)
                elif flow and name == "dnp3":
                    dnp3.on_frame(flow, proto)
                elif flow and name == "iec60870_asdu":
                    iec104.on_asdu(flow, proto)
            element.clear()
    return out
