#!/usr/bin/env python3
"""One small file for each format and encapsulation that is read, beside what tshark reads in the same file.

    encapsulations.py KAKOI DECODE_ENCAPSULATION_TEST

The encapsulations are the table of tests/sensor/decode_cases.h: the same packet (10.0.0.1 to 10.0.0.2, TCP, "hello")
in every wrapping, here with a port of its own for each, one capture of all. The formats are those of editcap, both byte
orders, and packed ones. Compared with `tshark -T fields`: addresses, ports, payload and innermost VLAN of the
innermost packet; number, octets and times of packets. Ends with the plain line "N passed, N failed"."""
import bz2
import gzip
import lzma
import os
import pathlib
import shutil
import sqlite3
import struct
import subprocess
import sys
import tempfile

SAMPLE = pathlib.Path(__file__).resolve().parents[2] / "pcaps" / "closed-plant.pcapng"
FIRST_PORT, PORTS = 20000, b"\x9c\x40\x01\xf6"  # 40000 to 502
# What tshark 4.0 does not read, or only as part of a conversation that it saw begin: by its standard alone.
BEYOND_TSHARK = {
    "broadcom-tag": "link types of switch chips, read by tcpdump 4.99",
    "broadcom-tag-in-front": "link types of switch chips, read by tcpdump 4.99",
    "dsa": "link types of switch chips, read by tcpdump 4.99",
    "edsa": "link types of switch chips, read by tcpdump 4.99",
    "l2tpv3": "tshark has to see the session's control messages",
    "l2tpv3-udp": "tshark has to see the session's control messages",
    "mpacket": "not dissected",
    "nflog-big": "not dissected in this byte order",
}
# What it reads when it is told: labels have no fixed meaning.
TOLD = {"pseudowire": "mpls.label==17,pwethnocw", "pseudowire-control-word": "mpls.label==17,pwethcw"}
TSHARK = ["tshark", "-n", "-d", "udp.port==8472,vxlan", "-o", "capwap.swap_fc:FALSE", "-T", "fields", "-E", "occurrence=l"]


def pcapng(path, packets):
    """`packets`: (link type, octets), one a second."""
    def block(kind, body):
        size = 12 + len(body)
        return struct.pack("<II", kind, size) + body + struct.pack("<I", size)
    types = sorted({t for t, _ in packets})
    with path.open("wb") as out:
        out.write(block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1)))
        for link_type in types:
            out.write(block(1, struct.pack("<HHI", link_type, 0, 0)))
        for n, (link_type, data) in enumerate(packets):
            micros = (1_700_000_000 + n) * 10**6
            out.write(block(6, struct.pack("<IIIII", types.index(link_type), micros >> 32, micros & 0xFFFFFFFF, len(data), len(data))
                            + data + bytes(-len(data) % 4)))


def over_ipv6():
    """(name, frame): the same segment over IPv6, 2001:db8::1 to 2001:db8::2, in what carries it."""
    segment = bytes.fromhex("9C4001F6 000003E8 000007D0 5018FAF0 00000000") + b"hello"
    def ipv6(payload, protocol=6):
        ends = bytes.fromhex("20010DB8" + "00" * 11 + "01" + "20010DB8" + "00" * 11 + "02")
        return struct.pack(">IHBB", 6 << 28, len(payload), protocol, 64) + ends + payload
    def ipv4(payload, protocol):
        return struct.pack(">BBHIBBH", 0x45, 0, 20 + len(payload), 0, 64, protocol, 0) + bytes([10, 0, 0, 8, 10, 0, 0, 9]) + payload
    def ethernet(payload, kind=0x0800):
        return bytes.fromhex("020000000004020000000003") + struct.pack(">H", kind) + payload
    def udp(port, payload):
        return struct.pack(">HHHH", 50000, port, 8 + len(payload), 0) + payload
    return [("ipv6", ethernet(ipv6(segment), 0x86DD)),
            ("ipv6-extension-headers", ethernet(ipv6(bytes.fromhex("2C00010400000000 0600000000000007") + segment, 0), 0x86DD)),
            ("6in4", ethernet(ipv4(ipv6(segment), 41))),
            ("6in6", ethernet(ipv6(ipv6(segment), 41), 0x86DD)),
            ("teredo", ethernet(ipv4(udp(3544, ipv6(segment)), 17))),
            ("gre-ipv6", ethernet(ipv4(bytes.fromhex("000086DD") + ipv6(segment), 47)))]


def encapsulations(kakoi, test, folder):
    subprocess.run([test, "--gtest_filter=Cases.AsFiles"], check=True, capture_output=True, env={**os.environ, "KAKOI_CASES": str(folder)})
    for name, frame in over_ipv6():
        (folder / f"{name}.pcap").write_bytes(struct.pack("<IHHiIIIIIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1, 0, 0, len(frame), len(frame)) + frame)
    six, cases = dict(over_ipv6()), sorted(folder.glob("*.pcap"))
    packets = []
    for n, path in enumerate(cases):
        data = path.read_bytes()
        frame = data[40:]
        assert frame.count(PORTS) == 1, path
        packets.append((struct.unpack_from("<I", data, 20)[0], frame.replace(PORTS, PORTS[:2] + struct.pack(">H", FIRST_PORT + n))))
    capture = folder / "all.pcapng"
    pcapng(capture, packets)
    fields = [w for f in ("ip.src", "ip.dst", "tcp.dstport", "tcp.len", "vlan.id", "ipv6.src", "ipv6.dst") for w in ("-e", f)]
    told = subprocess.run([*TSHARK, "-r", str(capture), *fields], check=True, capture_output=True, text=True).stdout.split("\n")
    out = folder / "out"
    subprocess.run([kakoi, "scan", capture, "--quiet", "--out", out], check=True, capture_output=True)
    db = sqlite3.connect(f"file:{out / 'inventory.db'}?mode=ro", uri=True)
    rows = {row[2]: row for row in db.execute("select client_address, server_address, server_port, payload_to_server, vlan from link")}
    for n, path in enumerate(cases):
        port, row = FIRST_PORT + n, rows.get(FIRST_PORT + n)
        wanted = told[n].split("\t")
        if path.stem in TOLD:
            pcapng(folder / "one.pcapng", [packets[n]])
            wanted = subprocess.run([*TSHARK, "-d", TOLD[path.stem], "-r", str(folder / "one.pcapng"), *fields], check=True,
                                    capture_output=True, text=True).stdout.rstrip("\n").split("\t")
        if path.stem in BEYOND_TSHARK:
            if wanted[:3] == ["10.0.0.1", "10.0.0.2", str(port)]:
                yield f"{path.stem}: tshark reads it now", False
            wanted = ["10.0.0.1", "10.0.0.2", str(port), "5", ""]
        wanted = wanted[5:] + wanted[2:5] if path.stem in six else wanted[:5]
        # two tags are outer * 4096 + inner; tshark names the inner one last
        found = [*map(str, row[:4]), str(row[4] % 4096) if row[4] else ""] if row else None
        yield f"{path.stem}: {found}, tshark {wanted}", found == wanted


def swapped(data):
    """The other byte order of a pcap file."""
    out, at = struct.pack(">IHHIIII", *struct.unpack_from("<IHHIIII", data)), 24
    while at < len(data):
        head = struct.unpack_from("<IIII", data, at)
        out += struct.pack(">IIII", *head) + data[at + 16:at + 16 + head[2]]
        at += 16 + head[2]
    return out


def formats(folder):
    """(name, file for kakoi, file for tshark)"""
    plain = {}
    for kind in ("pcap", "nsecpcap", "modpcap", "pcapng", "snoop"):
        plain[kind] = folder / f"plain.{kind}"
        subprocess.run(["editcap", "-F", kind, SAMPLE, plain[kind]], check=True)
        yield kind, plain[kind], plain[kind]
    for kind in ("pcap", "nsecpcap"):
        other = folder / f"big-endian.{kind}"
        other.write_bytes(swapped(plain[kind].read_bytes()))
        yield f"{kind}, big-endian", other, other
    # sections, interfaces, link types
    several = folder / "sections.pcapng"
    cooked = folder / "cooked.pcapng"
    pcapng(cooked, [(113, bytes.fromhex("000000010006020000000003 00000800") + bytes.fromhex("45000014000000004011000 00A0000010A000002".replace(" ", "")))])
    several.write_bytes(plain["pcapng"].read_bytes() + cooked.read_bytes())
    yield "pcapng, two sections", several, several
    for name, pack in (("gz", gzip.compress), ("bz2", bz2.compress), ("xz", lzma.compress)):
        packed = folder / f"packed.pcap.{name}"
        packed.write_bytes(pack(plain["pcap"].read_bytes()))
        yield name, packed, plain["pcap"]
    if shutil.which("zstd"):
        packed = folder / "packed.pcap.zst"
        subprocess.run(["zstd", "-q", plain["pcap"], "-o", packed], check=True)
        yield "zstd", packed, plain["pcap"]
    yield "standard input", "-", plain["pcap"]
    ring = folder / "ring"
    (ring / "deep").mkdir(parents=True)
    subprocess.run(["editcap", "-c", "100", SAMPLE, ring / "deep" / "ring.pcapng"], check=True)
    yield "a folder with a ring of files", ring, plain["pcapng"]


def read_formats(kakoi, folder):
    for name, path, same in formats(folder):
        rows = subprocess.run(["tshark", "-n", "-r", same, "-T", "fields", "-e", "frame.len", "-e", "frame.time_epoch"],
                              check=True, capture_output=True, text=True).stdout.split("\n")[:-1]
        lengths, times = zip(*(row.split("\t") for row in rows))
        nano = [int(t.split(".")[0]) * 10**9 + int(t.split(".")[1].ljust(9, "0")) for t in times]
        wanted = (len(rows), sum(map(int, lengths)), min(nano), max(nano))
        out = tempfile.mkdtemp(dir=folder)
        with same.open("rb") as stream:
            done = subprocess.run([kakoi, "scan", path, "--quiet", "--out", out], stdin=stream, capture_output=True, text=True, check=False)
        found = None
        if done.returncode == 0:
            db = sqlite3.connect(f"file:{out}/inventory.db?mode=ro", uri=True)
            found = db.execute("select sum(packets), sum(bytes), min(first_ts), max(last_ts) from capture").fetchone()
        yield f"{name}: {found}, tshark {wanted} {done.stderr}", found == wanted


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    kakoi, test = (str(pathlib.Path(p).resolve()) for p in sys.argv[1:])
    passed = failed = 0
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        for part in (encapsulations(kakoi, test, pathlib.Path(one)), read_formats(kakoi, pathlib.Path(two))):
            for what, holds in part:
                passed += holds
                failed += not holds
                if not holds:
                    print(f"FAILED {what}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
