"""Captures as a mirror port that is set up wrongly would have taken them: each fault is named in table coverage, with
advice, and none where there is none. Packets that come more than once change no figure of the inventory."""
import json
import struct

from harness import CLOSED, DONE, SAMPLE, database, equal, expect, folder, kakoi, scan, test

# Measures that name a fault of the mirror, or of the capture, when they are not ok.
FAULTS = {"clock_steps", "damaged_captures", "declared_vlans_unseen", "duplicate_share", "facts_dropped", "fragment_overlaps",
          "fragments_given_up", "kernel_drops", "malformed_share", "missing_tags", "one_way_share", "reassembly_given_up",
          "truncated_share", "undecoded_share", "unicast_share", "unseen_share", "vlan_copy_share", "wrong_checksum_share"}
VLAN = b"\x81\x00"


class Capture:
    """A little-endian pcapng file: the blocks before the first packet, and [ticks, interface, original length, bytes]."""

    def __init__(self, path):
        data, at, self.head, self.packets, self.ticks = path.read_bytes(), 0, b"", [], 10**6
        while at < len(data):
            kind, length = struct.unpack_from("<II", data, at)
            body = data[at + 8:at + length - 4]
            if kind == 6:
                interface, high, low, captured, original = struct.unpack_from("<IIIII", body)
                self.packets.append([high << 32 | low, interface, original, body[20:20 + captured]])
            elif kind in (0x0A0D0D0A, 1):
                expect(not self.packets, "a section or interface that begins later")
                self.head += data[at:at + length]
                self.note_resolution(kind, body)
            at += length

    def note_resolution(self, kind, body):
        at = 8
        while kind == 1 and at + 4 <= len(body):
            code, length = struct.unpack_from("<HH", body, at)
            if code == 9:
                self.ticks = 10 ** body[at + 4]
            at += 4 + (length + 3) // 4 * 4

    def write(self, name, packets):
        path = folder(name) / f"{name}.pcapng"
        with open(path, "wb") as out:
            out.write(self.head)
            for ticks, interface, original, data in sorted(packets, key=lambda p: p[0]):
                length = 32 + (len(data) + 3) // 4 * 4
                out.write(struct.pack("<IIIIIII", 6, length, interface, ticks >> 32, ticks & 0xFFFFFFFF, len(data), original)
                          + data + bytes(-len(data) % 4) + struct.pack("<I", length))
        return path

    def after(self, microseconds):
        return microseconds * self.ticks // 10**6


def untagged(packet):
    ticks, interface, original, data = packet
    return [ticks, interface, original - 4, data[:12] + data[16:]] if data[12:14] == VLAN else packet


def in_vlan(packet, vlan):
    """The packet with that tag, in place of its own if it has one."""
    ticks, interface, original, data = untagged(packet)
    return [ticks, interface, original + 4, data[:12] + VLAN + struct.pack(">H", vlan) + data[12:]]


def is_group(packet):
    return packet[3][0] & 1 == 1


def ipv4_at(data):
    at = 18 if data[12:14] == VLAN else 14
    return at if data[at - 2:at] == b"\x08\x00" and len(data) >= at + 20 else None


def coverage(out):
    with database(out) as db:
        return {metric: (value, level, detail, words) for metric, value, level, detail, *words in db.execute(
            "select metric, value, level, detail, meaning_en, meaning_ja, advice_en, advice_ja from coverage")}


def faults(out):
    return {metric: level for metric, (_, level, _, _) in coverage(out).items()
            if metric in FAULTS and level in ("limited", "blind")}


# What an inventory says, but for numbers of packets in the file, times that a copy may move, and what judges the file.
REFERENCES = ("packet_id", "first_packet_id", "last_packet_id", "answer_packet_id", "outcome_packet_id", "first_ts", "last_ts",
              "ts", "number")
LEFT_OUT = ("capture", "coverage", "finding_packet", "meta", "packet", "part", "requirement")


def inventory(out):
    with database(out) as db:
        tables = {}
        for (table,) in db.execute("select name from sqlite_master where type = 'table'"):
            columns = [name for _, name, *_ in db.execute(f"pragma table_info({table})") if name not in REFERENCES]
            if table not in LEFT_OUT:
                quoted = ", ".join(f'"{name}"' for name in columns)
                tables[table] = sorted(db.execute(f"select {quoted} from {table}").fetchall(), key=repr)
    return tables


def same_inventory(path, clean, what):
    found, wanted = inventory(scan(path)), inventory(scan(clean))
    equal(sorted(found), sorted(wanted), "tables")
    for table, rows in wanted.items():
        equal([r for r in found[table] if r not in rows], [], f"{what}: {table}: more than in the clean one")
        equal([r for r in rows if r not in found[table]], [], f"{what}: {table}: lacks of the clean one")


@test
def a_good_capture_has_no_fault():
    for capture in (SAMPLE, CLOSED):
        equal(faults(scan(capture)), {}, capture.name)


@test
def every_measure_has_a_level_and_a_fault_has_words():
    capture = Capture(SAMPLE)
    out = scan(capture.write("cut", [[t, i, n, d[:96]] for t, i, n, d in capture.packets]))
    for metric, (value, level, _, words) in coverage(out).items():
        expect(level in ("info", "ok", "unknown", "limited", "blind"), f"{metric}: level {level!r}")
        equal(all(words), level in ("limited", "blind"), f"{metric} ({level}): words {words}")
        expect(value is not None or level == "unknown", f"{metric}: {level}, and was not measured")
    for name in ("findings.json", "inventory.json"):
        rows = {row["metric"]: row for row in json.loads((out / name).read_text())["coverage"]}
        equal(rows["truncated_share"]["level"], coverage(out)["truncated_share"][1], name)
        expect(rows["truncated_share"]["advice_ja"], f"{name}: no advice")


@test
def one_direction_only():
    capture = Capture(SAMPLE)
    # what a mirror of one direction lets through of each pair: from the lower IP address to the higher
    def passes(packet):
        at = ipv4_at(packet[3])
        return at is None or packet[3][at + 12:at + 16] < packet[3][at + 16:at + 20]
    out = scan(capture.write("one-way", [p for p in capture.packets if passes(p)]))
    equal(faults(out).get("one_way_share"), "blind", "one direction only")
    equal(set(faults(out)), {"one_way_share"}, "faults")


@test
def every_packet_twice():
    for path in (SAMPLE, CLOSED):
        capture = Capture(path)
        for name, copies in (("twice", 1), ("three-times", 2)):
            copied = capture.write(name, [[p[0] + capture.after(2 * n), *p[1:]] for p in capture.packets for n in range(copies + 1)])
            equal(faults(scan(copied)), {"duplicate_share": "limited"}, f"{path.name} {name}")
            share = coverage(scan(copied))["duplicate_share"][0]
            expect(abs(share - copies / (copies + 1)) < 0.001, f"{path.name} {name}: {share}")
            same_inventory(copied, path, f"{path.name} {name}")


@test
def copies_that_come_later_than_the_next_packets():
    capture = Capture(CLOSED)
    late = capture.write("late", [q for p in capture.packets for q in (p, [p[0] + capture.after(400), *p[1:]])])
    equal(faults(scan(late)), {"duplicate_share": "limited"}, "faults")
    same_inventory(late, CLOSED, "late copies")


@test
def vlan_tags_removed():
    capture = Capture(SAMPLE)
    expect(any(p[3][12:14] == VLAN for p in capture.packets), "the sample has no tags")
    stripped = capture.write("stripped", [untagged(p) for p in capture.packets])
    equal(faults(scan(stripped)), {"missing_tags": "limited"}, "faults")
    policy = folder("policy") / "site.yaml"
    policy.write_text("site: Works\nzones:\n  - {id: control, kind: ot, members: [{vlan: 10}]}\n"
                      "  - {id: office, kind: it, members: [{vlan: 20}]}\n")
    equal(faults(scan(stripped, "--policy", policy)), {"missing_tags": "limited", "declared_vlans_unseen": "blind"}, "with a policy")
    equal(faults(scan(SAMPLE, "--policy", policy)), {}, "the sample with that policy")


@test
def cut_at_96_bytes():
    capture = Capture(SAMPLE)
    out = scan(capture.write("cut", [[t, i, n, d[:96]] for t, i, n, d in capture.packets]))
    equal(faults(out).keys(), {"truncated_share"}, "faults")
    expect("cut at 96 bytes" in coverage(out)["truncated_share"][2], coverage(out)["truncated_share"])


@test
def packets_lost():
    for path in (SAMPLE, CLOSED):
        capture = Capture(path)
        # one of 20, in an order that has nothing to do with the traffic
        kept = [p for n, p in enumerate(capture.packets) if n * 2654435761 % 2**32 >= 2**32 // 20]
        expect(0.93 < len(kept) / len(capture.packets) < 0.97, f"{len(kept)} of {len(capture.packets)} kept")
        out = scan(capture.write("lost", kept))
        equal(faults(out).keys(), {"unseen_share"}, path.name)
        share = coverage(out)["unseen_share"][0]
        expect(0.01 < share < 0.12, f"{path.name}: {share} of TCP's bytes unseen, 5 % of packets lost")


@test
def broadcast_only():
    for path in (SAMPLE, CLOSED):
        capture = Capture(path)
        out = scan(capture.write("broadcast", [p for p in capture.packets if is_group(p)]))
        equal(faults(out), {"unicast_share": "blind"}, path.name)


@test
def mirrored_in_two_vlans():
    capture = Capture(CLOSED)
    both = capture.write("vlans", [q for p in capture.packets for q in (p, in_vlan([p[0] + capture.after(3), *p[1:]], 77))])
    found = faults(scan(both))
    equal(found, {"vlan_copy_share": "limited"}, "faults")
    with database(scan(both)) as db, database(scan(CLOSED)) as clean:
        links = "select client, server, transport, server_port, packets_to_server, packets_to_client from link order by 1, 2, 3, 4"
        links = links.replace("client, server,", "client_id, server_id,")
        equal(db.execute(links).fetchall(), clean.execute(links).fetchall(), "links")


def folded(data, total=0):
    total += sum(struct.unpack(f">{len(data) // 2}H", data[:len(data) // 2 * 2])) + (data[-1] << 8 if len(data) % 2 else 0)
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return total


def on_the_wire(packet, filled=True):
    """The packet with the checksums that a network adapter fills in: IPv4 header, TCP, UDP, ICMP. Not filled: of TCP and
    UDP the sum over the pseudo-header, which the adapter goes on from."""
    ticks, interface, original, data = packet
    at = ipv4_at(data)
    if at is None or struct.unpack_from(">H", data, at + 6)[0] & 0x3FFF:
        return packet
    data, header, total = bytearray(data), data[at] % 16 * 4, struct.unpack_from(">H", data, at + 2)[0]
    protocol, segment = data[at + 9], at + header
    field = {6: 16, 17: 6, 1: 2}.get(protocol)
    data[at + 10:at + 12] = bytes(2)
    data[at + 10:at + 12] = struct.pack(">H", 0xFFFF - folded(data[at:segment]))
    if field is not None and len(data) >= at + total:
        data[segment + field:segment + field + 2] = bytes(2)
        pseudo = 0 if protocol == 1 else folded(data[at + 12:at + 20], protocol + total - header)
        whole = 0xFFFF - folded(data[segment:at + total], pseudo)
        data[segment + field:segment + field + 2] = struct.pack(">H", whole if filled or protocol == 1 else pseudo)
    return [ticks, interface, original, bytes(data)]


@test
def checksums():
    capture = Capture(CLOSED)
    # what the computer that runs the hosts as virtual machines would have captured
    offloaded = capture.write("offloaded", [on_the_wire(p, filled=False) for p in capture.packets])
    equal(faults(scan(offloaded)), {}, "with checksums that are not filled in")
    share = coverage(scan(offloaded))["offloaded_checksum_share"][0]
    expect(share > 0.9, f"{share} offloaded")
    same_inventory(offloaded, CLOSED, "with checksums that are not filled in")
    filled = [on_the_wire(p) for p in capture.packets]
    wire = capture.write("wire", filled)
    equal(faults(scan(wire)), {}, "with right checksums")
    equal(coverage(scan(wire))["offloaded_checksum_share"][0], 0, "offloaded with right checksums")
    same_inventory(wire, CLOSED, "with right checksums")
    # one packet of TCP in ten, once more before it with another last octet
    forged, count = [], 0
    for n, packet in enumerate(filled):
        ticks, interface, original, data = packet
        at = ipv4_at(data)
        if n % 10 == 5 and at is not None and data[at + 9] == 6 and struct.unpack_from(">H", data, at + 2)[0] > 60:
            end, count = at + struct.unpack_from(">H", data, at + 2)[0] - 1, count + 1
            # another identification, so that it is no copy
            forged.append(on_the_wire([ticks, interface, original, data[:at + 4] + bytes((data[at + 4] ^ 0x55,)) + data[at + 5:]]))
            changed = bytearray(forged[-1][3])
            changed[end] ^= 0x21
            forged[-1][3] = bytes(changed)
        forged.append(packet)
    expect(count > 5, f"{count} packets to forge")
    out = scan(capture.write("forged", forged))
    equal(faults(out), {"wrong_checksum_share": "limited"}, "faults")
    with database(out) as db, database(scan(CLOSED)) as clean:
        query = "select link_id, protocol, unit, function_code, qualifier, from_client, from_server, accepted, refused from operation order by 1, 2, 3, 4, 5"
        equal(db.execute(query).fetchall(), clean.execute(query).fetchall(), "operations beside forged packets")


@test
def vlans_that_switches_name():
    capture = Capture(CLOSED)
    middle = capture.packets[len(capture.packets) // 2][0]

    def with_frames(name, *frames):
        return capture.write(name, capture.packets + [[middle + n, 0, len(f), f] for n, f in enumerate(frames)])

    def lldp(port, vlan):  # IEEE 802.1AB §8: chassis, port, time to live; 802.1Q §D.2.1: port VLAN id
        return bytes.fromhex(f"0180C200000E 0200000001{port:02X} 88CC 0207 04 020000000100 0403 05 30{port:02X} 0602 0078 "
                             f"FE06 0080C2 01 {vlan:04X} 0000").ljust(60, b"\0")

    def pvst(port, vlan):  # RSTP behind SNAP; bridge and root in that VLAN, and its number once more
        return bytes.fromhex(f"01000CCCCCCD 0200000001{port:02X} 0032 AAAA03 00000C 010B 0000 02 02 3C 8{vlan:03X} 020000000100 00000000 "
                             f"8{vlan:03X} 020000000100 80{port:02X} 0000 1400 0200 0F00 00 0000 0002 {vlan:04X}").ljust(60, b"\0")

    # One VLAN is what an access port says.
    equal(faults(scan(with_frames("one", lldp(1, 10), pvst(1, 10)))), {}, "one VLAN named")
    for name, frames in {"lldp": (lldp(1, 10), lldp(2, 20)), "pvst": (pvst(1, 10), pvst(1, 20)), "both": (lldp(1, 10), pvst(2, 20))}.items():
        out = scan(with_frames(name, *frames))
        equal(faults(out), {"missing_tags": "limited"}, name)
        expect(coverage(out)["missing_tags"][2].endswith("VLANs that switches name: 10,20"), coverage(out)["missing_tags"])
    tagged = scan(with_frames("tagged", lldp(1, 10), *(in_vlan([0, 0, 0, pvst(2, v)], v)[3] for v in (10, 20))))
    equal(faults(tagged), {}, "with tags")


@test
def hosts_that_are_called_and_never_answer():
    capture = Capture(CLOSED)
    before = coverage(scan(CLOSED))["asked_never_seen"][0]
    (syn, *_) = [p for p in capture.packets if (at := ipv4_at(p[3])) and p[3][at + 9] == 6 and p[3][at + 33] == 2]
    called = [[syn[0] + capture.after(10 * n), syn[1], syn[2], syn[3][:ipv4_at(syn[3]) + 19] + bytes((host,)) + syn[3][ipv4_at(syn[3]) + 20:]]
              for n, host in enumerate((251, 252, 251))]
    out = scan(capture.write("called", capture.packets + called))
    equal(coverage(out)["asked_never_seen"][0], before + 2, "hosts called and never seen")


@test
def clocks_that_are_set_back():
    capture = Capture(CLOSED)
    path = folder("clock") / "clock.pcapng"
    half = len(capture.packets) // 2
    first = capture.write("first", [[t + capture.after(60_000_000), *rest] for t, *rest in capture.packets[:half]])
    second = capture.write("second", capture.packets[half:])
    path.write_bytes(first.read_bytes() + second.read_bytes()[len(capture.head):])
    equal(faults(scan(path)).get("clock_steps"), "limited", "clock steps")
    equal(coverage(scan(path))["clock_steps"][0], 1, "clock steps")


@test
def merging_adds_up():
    capture = Capture(CLOSED)
    twice = capture.write("twice", [q for p in capture.packets for q in (p, [p[0] + capture.after(2), *p[1:]])])
    out = folder("merged")
    kakoi("merge", scan(twice) / "inventory.db", scan(SAMPLE) / "inventory.db", "-o", out, wanted=DONE)
    equal(coverage(out), coverage(scan(twice, SAMPLE)), "merged, and scanned together")
