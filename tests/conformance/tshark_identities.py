"""What controllers say of themselves, and which services passed, as tshark's dissectors read them.

dissect(path, decode_as) gives (claims, messages): claims is a set of (speaker's address, claim, value); messages a Counter of
(protocol, function code as kakoi numbers it). of_inventory(db) gives the same from an inventory, with each claim's addresses.
"""
import collections
import re
import subprocess

# protocol of the inventory: (the fields asked for, the first tells that the packet counts)
FIELDS = {
    "enip": ["enip.command", "cip.service", "enip.lir.name", "enip.lir.serial", "enip.lir.revision", "cip.id.product_name",
             "enip.length"],
    "s7comm": ["s7comm.header.rosctr", "s7comm.param.func", "s7comm.param.userdata.funcgroup", "s7comm.param.userdata.subfunc",
               "s7comm.szl.xy11.0001.index", "s7comm.szl.xy11.0001.anz", "s7comm.szl.001c.0001.name", "s7comm.szl.001c.0002.name", "s7comm.szl.001c.0005.serialn",
               "s7comm.szl.001c.0007.cputypname"],
    "bacnet": ["bacapp.type", "bacapp.confirmed_service", "bacapp.unconfirmed_service", "bacapp.objectType", "bacapp.instance_number",
               "bacapp.vendor_identifier", "bacnet.snet", "bvlc.fwd_ip"],
    "opcua": ["opcua.transport.type", "opcua.servicenodeid.numeric", "opcua.ApplicationUri"],
    "fins": ["omron.command", "omron.controller.model", "omron.controller.version"],
    "hart_ip": ["hart_ip.message_id", "hart_ip.pt.command", "hart_ip.pt.rsp.device_id"],
    "ads": ["ams.cmdid"],
    "c1222": ["c1222.epsem.flags", "c1222.epsem.flags.security", "c1222.cmd", "c1222.err", "c1222.called_AP_invocation_id"],
    "sbus": ["sbus.att", "sbus.cmd", "sbus.pcd_type", "sbus.fw_version"],
    "knxnet_ip": ["knxip.service", "cemi.mc", "cemi.ac", "cemi.ax", "cemi.tc", "knxip.device.name"],
    "ethercat": ["ecat.cmd"],
    "synchrophasor": ["synphasor.frtype", "synphasor.command", "synphasor.idcode_stream_source", "synphasor.conf.numpmu",
                      "synphasor.rate_of_transmission", "synphasor.idcode_data_source", "synphasor.num_phasors",
                      "synphasor.num_analog_values", "synphasor.num_digital_status_words"],
}
KNX_ANSWERS = {n: n - 1 for n in (0x202, 0x204, 0x206, 0x208, 0x20A, 0x20C, 0x311, 0x421, 0x423, 0x741, 0x952)}
AND = "\x1e"  # between values of one field
WORDS = re.compile("enip|cip|s7|bacnet|opcua|hart|fins|omron|beckoff|beckhoff|openics|synchrophasor|c37118|c1222|sbus|knx|ethercat", re.I)


def numbers(text):
    return [int(n, 0) for n in text.split(AND) if n]


def rows(path, decode_as):
    """(protocol, speaker, {field: text}) of each packet, in one pass."""
    fields = [field for listed in FIELDS.values() for field in listed]
    command = ["tshark", "-n", "-r", str(path), "-Y", "(" + " or ".join(listed[0] for listed in FIELDS.values()) + ")"
               " and not tcp.analysis.retransmission and not tcp.analysis.fast_retransmission", "-T", "fields", "-E", "aggregator=" + AND, "-e", "ip.src", "-e", "ipv6.src", "-e", "eth.src"]
    for rule in decode_as:
        command += ["-d", rule]
    for field in fields:
        command += ["-e", field]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    for line in filter(None, done.stdout.split("\n")):
        source, source6, mac, *values = line.split("\t")
        source = (source or source6).split(AND)[-1]
        row = dict(zip(fields, values))
        if not source and not row["ecat.cmd"]:
            continue  # BACnet has an Ethernet of its own
        source = source or mac
        for protocol, listed in FIELDS.items():
            if row.get(listed[0]):
                yield protocol, source, row


def dissect(path, decode_as):
    claims, messages = set(), collections.Counter()
    for protocol, source, row in rows(path, decode_as):
        read(protocol, source, row, claims, messages)
    return {c for c in claims if c[2]}, messages


def read(protocol, source, row, claims, messages):
    if protocol == "enip":
        for command in numbers(row["enip.command"]):
            if command not in (0x6F, 0x70):
                messages[("enip", 0x10000 + command)] += 1
        for service in numbers(row["cip.service"]):
            messages[("enip", service & 0x7F)] += 1
        if row["enip.lir.name"]:
            claims |= {(source, "product", row["enip.lir.name"]), (source, "firmware", "{}.{}".format(*divmod(int(row["enip.lir.revision"], 0), 256))),
                       (source, "serial", f"{int(row['enip.lir.serial'], 0):08X}")}
        for name in filter(None, row["cip.id.product_name"].split(AND)):
            claims.add((source, "cip product", name))
    if protocol == "s7comm":
        for function in numbers(row["s7comm.param.func"]):
            messages[("s7comm", function)] += 1
        functions = iter(numbers(row["s7comm.param.userdata.subfunc"]))
        for group in numbers(row["s7comm.param.userdata.funcgroup"]):
            function = next(functions, 0) if group else 0  # a mode transition has none
            messages[("s7comm", 0x10000 + group * 256 + function)] += 1
        for index, text in zip(numbers(row["s7comm.szl.xy11.0001.index"]), row["s7comm.szl.xy11.0001.anz"].split(AND)):
            if index == 1 and text.strip():
                claims.add((source, "model", text.strip()))
        for field, claim in (("0001.name", "name"), ("0002.name", "name"), ("0005.serialn", "serial"), ("0007.cputypname", "product")):
            text = row["s7comm.szl.001c." + field].replace("\\0", "").replace("\0", "").strip()
            if text:
                claims.add((source, claim, text))
    if protocol == "bacnet":
        for service in numbers(row["bacapp.confirmed_service"]):
            messages[("bacnet", service)] += 1
        for service in numbers(row["bacapp.unconfirmed_service"]):
            messages[("bacnet", 256 + service)] += 1
            vendor, instance = numbers(row["bacapp.vendor_identifier"]), numbers(row["bacapp.instance_number"])
            if service == 0 and vendor and instance and not row["bvlc.fwd_ip"]:
                claims.add((source, "bacnet device", f"{instance[0]} {vendor[0]}"))
    if protocol == "opcua":
        for service in numbers(row["opcua.servicenodeid.numeric"]):
            if service not in (446, 449, 452, 455):
                messages[("opcua", service)] += 1
            if service in (431, 464):
                for uri in row["opcua.ApplicationUri"].split(AND)[:1]:
                    claims.add((source, "opcua application", uri))
    if protocol == "fins":
        for command in numbers(row["omron.command"]):
            messages[("fins", command)] += 1
        if row["omron.controller.model"]:
            claims |= {(source, "model", row["omron.controller.model"].strip()),
                       (source, "firmware", row["omron.controller.version"].split("\\0")[0].split("\0")[0].strip())}
    if protocol == "hart_ip":
        for command in numbers(row["hart_ip.pt.command"]):
            messages[("hart_ip", command)] += 1
        if row["hart_ip.pt.rsp.device_id"]:
            claims.add((source, "hart id", row["hart_ip.pt.rsp.device_id"].upper()))
    if protocol == "ads":
        for command in numbers(row["ams.cmdid"]):
            messages[("ads", command)] += 1
    if protocol == "c1222":
        for command in numbers(row["c1222.cmd"]):
            messages[("c1222", command)] += 1
        for response in numbers(row["c1222.err"]):
            messages[("c1222", 0x100 + response)] += 1
        if 2 in numbers(row["c1222.epsem.flags.security"]):
            messages[("c1222", 0x201 if row["c1222.called_AP_invocation_id"] else 0x200)] += 1
    if protocol == "sbus":
        if numbers(row["sbus.att"])[0]:
            messages[("sbus", 0x10000)] += 1  # that do not repeat the command
        for command in numbers(row["sbus.cmd"]):
            messages[("sbus", command)] += 1
        if row["sbus.pcd_type"]:
            claims |= {(source, "model", row["sbus.pcd_type"]), (source, "firmware", row["sbus.fw_version"])}
    if protocol == "ethercat" and source[1] not in "2367abef":  # else it comes back
        for command in numbers(row["ecat.cmd"]):
            messages[("ethercat", command)] += 1
    if protocol == "knxnet_ip":
        for service in numbers(row["knxip.service"]):
            code = KNX_ANSWERS.get(service, service)
            if service in (0x310, 0x420, 0x530, 0x533):  # by what is inside; one a packet
                code = ([0x10000 + n for n in numbers(row["cemi.ax"])] or [0x10000 + n * 64 for n in numbers(row["cemi.ac"])]
                        or [0x30000 + (0x80, 0x81, 0xC2, 0xC3)[n] for n in numbers(row["cemi.tc"])]
                        or [0x20000 + {0xF5: 0xF6, 0xFB: 0xFC}.get(n, n) for n in numbers(row["cemi.mc"])])[0]
            messages[("knxnet_ip", code)] += 1
        if row["knxip.device.name"].strip("\0"):
            claims.add((source, "name", row["knxip.device.name"].strip("\0")))
    if protocol == "synchrophasor":
        for kind in numbers(row["synphasor.frtype"]):
            if kind != 4:
                messages[("synchrophasor", kind)] += 1
        for command in numbers(row["synphasor.command"]):
            messages[("synchrophasor", 0x10000 + command)] += 1
        if row["synphasor.conf.numpmu"]:  # one configuration a packet
            stream = [numbers(row["synphasor." + f])[0] for f in ("idcode_stream_source", "conf.numpmu", "rate_of_transmission")]
            claims.add((source, "phasor stream", " ".join(map(str, stream))))
            counts = (numbers(row["synphasor." + f]) for f in ("idcode_data_source", "num_phasors", "num_analog_values",
                                                              "num_digital_status_words"))
            claims |= {(source, "pmu", " ".join(map(str, pmu))) for pmu in zip(*counts)}


# What a claim of the inventory is called here, by its method: [(name of the attribute, claim, what its value holds)].
CLAIMS = {
    "enip list identity": [("product", "product", None), ("firmware", "firmware", None), ("serial", "serial", None)],
    "cip identity object": [("product", "cip product", None), ("description", "cip product", r"^module in slot \d+: (.*), revision ")],
    "s7 szl 0011": [("model", "model", None)],
    "s7 szl 001c": [("serial", "serial", None), ("product", "product", None), ("name", "name", None)],
    "bacnet i-am": [("description", "bacnet device", r"^BACnet device (\d+), vendor (\d+)")],
    "opcua endpoints": [("description", "opcua application", r"^OPC UA application (.*?)(?:, product .*)?$")],
    "s-bus firmware version": [("model", "model", None), ("firmware", "firmware", None)],
    "knxnet/ip description": [("name", "name", None)],
    "fins controller data": [("model", "model", None), ("firmware", "firmware", None)],
    "synchrophasor CFG-2": [("description", "phasor stream", r"stream (\d+), (\d+) PMUs?, (\d+) frames/s$"),
                            ("description", "pmu", r"^PMU (\d+) .*, phasors (\d+), analog values (\d+), digital status words (\d+)")],
    "hart command 0": [("serial", "hart id", None), ("description", "hart id", r", id ([0-9A-F]{6}), on the far side$")],
}


def of_inventory(db):
    """({(asset, claim, value): addresses}, Counter of messages)."""
    addresses = collections.defaultdict(set)
    for asset, address in db.execute("select asset_id, value from address where kind <> 'mac'"):
        addresses[asset].add(address)
    claims = {}
    for asset, name, value, method in db.execute("select asset_id, name, value, method from attribute"):
        for attribute, claim, pattern in CLAIMS.get(method, ()):
            if attribute != name:
                continue
            found = re.search(pattern, value) if pattern else None
            if pattern and not found:
                continue
            claims[(asset, claim, " ".join(found.groups()) if found else value)] = addresses[asset]
    messages = collections.Counter()
    for protocol, code, sent, answered in db.execute("select protocol, function_code, from_client, from_server from operation"):
        protocol = "fins" if protocol == "fins_tcp" else protocol
        if protocol == "bacnet" and code in (0x500, 0x501, 0x502):
            code = 20  # ReinitializeDevice by what it asks for
        if protocol not in FIELDS or protocol == "opcua" and code >= 0x10000 or protocol == "bacnet" and code >= 0x200:
            continue
        if protocol == "hart_ip" and code >= 0x10000 or protocol == "fins" and code >= 0x10000:
            continue
        if protocol == "ethercat":
            code &= 0xFF  # above it, what is inside
        if protocol == "sbus":
            messages[("sbus", 0x10000)] += answered
            answered = 0
            code = 0xA9 if code >= 0xA900 else code  # blocks by their telegram
        if protocol == "hart_ip" and code > 255:
            code = 31  # extended commands: the number is in the data
        messages[(protocol, code)] += sent + answered
    return claims, +messages


DISSECTORS = {"enip": ("enip", 44818), "s7comm": ("tpkt", 102), "bacnet": ("bvlc", 47808), "opcua": ("opcua", 4840),
              "fins": ("omron", 9600), "fins_tcp": ("omron", 9600), "hart_ip": ("hart_ip", 5094), "ads": ("ams", 48898), "synchrophasor": ("synphasor", 4712), "c1222": ("c1222", 1153),
              "sbus": ("sbus", 5050), "knxnet_ip": ("kip", 3671)}


def compare(path, db):
    """{figure: (agreeing, all)} and the lines that say what differs."""
    rules = set()
    for protocol, transport, port in db.execute("select distinct protocol, transport, server_port from link"):
        dissector, usual = DISSECTORS.get(protocol, (None, port))
        if port != usual:
            rules.add(f"{transport}.port=={port},{dissector}")
    wanted, wanted_messages = dissect(path, sorted(rules))
    found, found_messages = of_inventory(db)
    lines, agreeing, extra = [], 0, 0
    for address, claim, value in sorted(wanted):
        if any(c[1:] == (claim, value) and address in where for c, where in found.items()):
            agreeing += 1
        else:
            lines.append(f"identities {address} {claim} {value!r}: tshark only")
    for (asset, claim, value), where in sorted(found.items()):
        if not any((address, claim, value) in wanted for address in where):
            extra += 1
            lines.append(f"identities {asset} {claim} {value!r}: kakoi only")
    figures = {"identities": (agreeing, len(wanted) + extra)}
    keys = wanted_messages.keys() | found_messages.keys()
    for protocol in sorted({k[0] for k in keys}):
        pairs = [(wanted_messages[k], found_messages[k]) for k in keys if k[0] == protocol]
        figures[protocol + " messages"] = sum(map(min, pairs)), sum(map(max, pairs))
    lines += [f"{k[0]} {k[1]}: tshark {wanted_messages[k]}, kakoi {found_messages[k]}"
              for k in sorted(keys) if wanted_messages[k] != found_messages[k]]
    return {f: pair for f, pair in figures.items() if pair[1]}, lines
