"""Memory stays within --max-memory whatever the input, and what was given up for it is told."""
import json
import os
import random
import struct
import subprocess

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


def peak(*arguments):
    """Of one run: exit status and the most memory, in bytes."""
    child = subprocess.Popen([harness.program, *map(str, arguments)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    with child.stderr:
        errors = child.stderr.read().decode()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    return child.returncode, usage.ru_maxrss * 1024, errors


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
def with_room_enough_nothing_is_given_up():
    coverage = {c["metric"]: c for c in json.loads((scan(harness.SAMPLE) / "inventory.json").read_text())["coverage"]}
    for metric in ("flows_evicted", "facts_dropped"):
        equal((coverage[metric]["value"], coverage[metric]["level"]), (0, "ok"), metric)
    done = kakoi("scan", harness.SAMPLE, "--max-memory", "8MiB", "-o", folder("out"), wanted=BAD_INPUT)
    expect("64MiB" in done.stderr, done.stderr)
