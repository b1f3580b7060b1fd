#!/usr/bin/env python3
"""Holds kakoi's view of checksums against tshark's, packet by packet, over the captures of a corpus.

    checksums.py DECODE_TEST CORPUS [--most-bytes N] [--share N]

DECODE_TEST is tests/sensor/decode_test. Of CORPUS/files every capture up to so many bytes is taken (of them one in
--share). A table of kinds (IPv4 header, TCP, UDP, ICMP, ICMPv6) says by which field tshark tells good from bad; for
each packet and kind both must say the same of the outermost headers. What tshark calls bad may be `deferred` for kakoi:
0, or the sum over the pseudo-header alone, which tshark's own figures must show. Not compared: what either leaves
unchecked (cut packets, fragments, quotations in ICMP errors). Ends with the plain line "N passed, N failed"."""
import argparse
import collections
import pathlib
import subprocess
import sys
import tempfile

KINDS = {"ip": ("ip.checksum.status", None), "tcp": ("tcp.checksum.status", 6), "udp": ("udp.checksum.status", 17),
         "icmp": ("icmp.checksum.status", 1), "icmpv6": ("icmpv6.checksum.status", 58)}
PREFERENCES = [w for p in ("ip.check_checksum:TRUE", "tcp.check_checksum:TRUE", "udp.check_checksum:TRUE", "ip.defragment:FALSE",
                           "ipv6.defragment:FALSE", "tcp.desegment_tcp_streams:FALSE", "udp.ignore_ipv6_zero_checksum:TRUE",
                           "ip.tso_support:FALSE") for w in ("-o", p)]
BAD, GOOD = "0", "1"
SIGNS = {"+": GOOD, "!": BAD, "~": "deferred", "-": None}
# Why kakoi and tshark differ in a capture's packets, where they may.
KNOWN = {
}


def of_tshark(capture):
    fields = [field for field, _ in KINDS.values()]
    done = subprocess.run(["tshark", "-n", "-r", str(capture), *PREFERENCES, "-T", "fields", "-E", "occurrence=f", "-e", "frame.number",
                           *(w for f in (*fields, "_ws.malformed") for w in ("-e", f))], capture_output=True, text=True, check=False)
    rows = {}
    for line in done.stdout.splitlines():
        number, *values, malformed = line.split("\t")
        rows[int(number)] = ({kind: value for kind, value in zip(KINDS, values) if value in (BAD, GOOD)}, bool(malformed))
    return rows


def of_kakoi(decode_test, captures):
    """{capture: {number: {kind: sign}}}: of the outermost packet."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as listed:
        listed.write("".join(f"{path.resolve()}\n" for path in captures))
        listed.flush()
        done = subprocess.run([decode_test, "--gtest_filter=Checksums.OfGivenCaptures", "--gtest_brief=1"], capture_output=True,
                              text=True, check=False, env={"KAKOI_CHECKSUMS": listed.name})
    if done.returncode:
        sys.exit(f"{decode_test}: {done.stdout[-2000:]}{done.stderr[-2000:]}\n0 passed, 1 failed")
    found, rows = {}, None
    for line in done.stdout.splitlines():
        if line.startswith("> "):
            rows = found[pathlib.Path(line[2:])] = {}
        elif rows is not None and line and line[0].isdigit():
            number, *packets = line.split()
            row = rows[int(number)] = {}
            for kind, (_, protocol) in KINDS.items():
                for packet in packets[:1]:
                    if protocol is None or int(packet[2:]) == protocol:
                        row[kind] = SIGNS[packet[0 if protocol is None else 1]]
    return found


def compare(tshark, kakoi):
    """The numbers of packets that agree, by kind, and lines about those that do not."""
    agree, lines = collections.Counter(), []
    for number, (told, malformed) in tshark.items():
        for kind, status in told.items():
            mine = kakoi.get(number, {}).get(kind)
            if mine is None or malformed:
                continue
            if mine == status or (mine == "deferred" and status == BAD):
                agree[kind, mine] += 1
            else:
                lines.append(f"packet {number}: {kind}: tshark {'bad' if status == BAD else 'good'}, kakoi {mine}")
    return agree, lines


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("decode_test", type=pathlib.Path)
    parser.add_argument("corpus", type=pathlib.Path)
    parser.add_argument("--most-bytes", type=int, default=200_000)
    parser.add_argument("--share", type=int, default=8)
    options = parser.parse_args()
    kinds = (".pcap", ".pcapng", ".cap")
    captures = [p.resolve() for p in sorted((options.corpus / "files").rglob("*"))
                if p.suffix in kinds and p.is_file() and p.stat().st_size <= options.most_bytes][::options.share]
    mine = of_kakoi(options.decode_test, captures)
    passed = failed = 0
    total = collections.Counter()
    for capture in captures:
        if capture not in mine:
            continue  # refused by both, or by kakoi alone: corpus.py looks at that
        agree, lines = compare(of_tshark(capture), mine[capture])
        total += agree
        name = str(capture.relative_to((options.corpus / "files").resolve()))
        if lines and name not in KNOWN:
            failed += 1
            print(f"FAILED {name}: {len(lines)} packets\n  " + "\n  ".join(lines[:8]))
        else:
            passed += 1
    for (kind, what), count in sorted(total.items()):
        print(f"{kind}: {count} packets {({GOOD: 'right', BAD: 'wrong'}).get(what, what)}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
