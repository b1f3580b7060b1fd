"""Memory stays within --max-memory whatever the input, and what was given up for it is told."""
import json
import os
import random
import struct
import subprocess
import sys

import harness
from harness import BAD_INPUT, DONE, expect, equal, folder, kakoi, scan, test

PACKETS = 300_000


def spoofed():
    """As many hosts and conversations as packets."""
    path = folder("spoofed") / "spoofed.pcap"
    dice = random.Random(20261121)
    with path.open("wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
        for i in range(PACKETS):
            udp = struct.pack(">HHHH", dice.getrandbits(16), dice.getrandbits(16), 20, 0) + bytes(12)
            ip = struct.pack(">BBHHHBBHII", 0x45, 0, 20 + len(udp), i & 0xFFFF, 0, 64, 17, 0, dice.getrandbits(32), dice.getrandbits(32))
            frame = b"\x02\0\0\0\0\1\x02" + dice.getrandbits(40).to_bytes(5, "big") + b"\x08\0" + ip + udp
            file.write(struct.pack("<IIII", i // 10_000, i % 10_000 * 100, len(frame), len(frame)) + frame)
    return path


def waiting():
    """As many conversations as fit, each with 60 kB behind a segment that never comes."""
    path = folder("waiting") / "waiting.pcap"
    with path.open("wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
        for n in range(2000 * 21):
            flow, i = divmod(n, 21)
            payload = bytes(3000 if i else 0)
            tcp = struct.pack(">HHIIBBHHH", 1024 + flow, 502, 99 + i * 3001, 0, 0x50, 0x10 if i else 2, 64240, 0, 0) + payload
            ip = struct.pack(">BBHHHBBH4B4B", 0x45, 0, 20 + len(tcp), n & 0xFFFF, 0, 64, 6, 0, 10, 0, 0, 1, 10, 0, flow % 4, 2)
            frame = b"\x02\0\0\0\0\1\x02\0\0\0\0\2\x08\0" + ip + tcp
            file.write(struct.pack("<IIII", n // 10_000, n % 10_000 * 100, len(frame), len(frame)) + frame)
    return path


# A process starts with the peak of the one that it was forked from, so a fresh, small one runs the program and waits.
MEASURE = """
import os, sys
child = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ)
_, status, usage = os.wait4(child, 0)
print(os.waitstatus_to_exitcode(status), usage.ru_maxrss * 1024)
"""


def peak(*arguments):
    """Of one run: exit status and the most memory, in bytes."""
    done = subprocess.run([sys.executable, "-S", "-c", MEASURE, harness.program, *map(str, arguments)], capture_output=True,
                          text=True, check=True)
    status, memory = map(int, done.stdout.split()[-2:])
    return status, memory, done.stderr


@test
def a_flood_of_spoofed_hosts_stays_within_the_bound():
    path, outs = spoofed(), []
    for threads in (1, 2):
        out = folder("out")
        status, memory, errors = peak("scan", path, "--max-memory", "64MiB", "--threads", threads, "--quiet", "--out", out)
        equal(status, DONE, errors)
        expect("Sanitizer" in errors or memory < 64 << 20, f"{memory >> 20} MiB with {threads} threads")
        outs.append(out)
    equal((outs[0] / "inventory.json").read_bytes() == (outs[1] / "inventory.json").read_bytes(), True, "same bytes")
    coverage = {c["metric"]: c for c in json.loads((outs[0] / "inventory.json").read_text())["coverage"]}
    for metric in ("flows_evicted", "facts_dropped"):
        expect(coverage[metric]["value"] > 0 and coverage[metric]["level"] == "limited", coverage[metric])


@test
def what_waits_for_missing_packets_stays_within_the_bound():
    path, out = waiting(), folder("out")
    status, memory, errors = peak("scan", path, "--max-memory", "64MiB", "--quiet", "--out", out)
    equal(status, DONE, errors)
    expect("Sanitizer" in errors or memory < 64 << 20, f"{memory >> 20} MiB")
    coverage = {c["metric"]: c for c in json.loads((out / "inventory.json").read_text())["coverage"]}
    given_up = coverage["reassembly_given_up"]
    expect(given_up["value"] > 1000 and given_up["level"] == "limited", given_up)


@test
def with_room_enough_nothing_is_given_up():
    coverage = {c["metric"]: c for c in json.loads((scan(harness.SAMPLE) / "inventory.json").read_text())["coverage"]}
    for metric in ("flows_evicted", "facts_dropped", "reassembly_given_up"):
        equal((coverage[metric]["value"], coverage[metric]["level"]), (0, "ok"), metric)
    done = kakoi("scan", harness.SAMPLE, "--max-memory", "8MiB", "-o", folder("out"), wanted=BAD_INPUT)
    expect("64MiB" in done.stderr, done.stderr)
