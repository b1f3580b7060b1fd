"""Captures as a mirror port that is set up wrongly would have taken them: each fault is named in table coverage, with
advice, and none where there is none. Packets that come more than once change no figure of the inventory."""
import json
import struct

from harness import CLOSED, DONE, SAMPLE, database, equal, expect, folder, kakoi, scan, test

# Measures that name a fault of the mirror, or of the capture, when they are not ok.
FAULTS = {"clock_steps", "damaged_captures", "declared_vlans_unseen", "duplicate_share", "facts_dropped", "fragment_overlaps",
          "fragments_given_up", "kernel_drops", "malformed_share", "missing_tags", "one_way_share", "truncated_share",
          "undecoded_share", "unicast_share", "unseen_share", "vlan_copy_share"}
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
