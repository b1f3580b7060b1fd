#!/usr/bin/env python3
"""kakoi beside other programs on the same captures: in each round every program runs once, in turn, so that what slows the
machine down slows all. CPU seconds are user and system time of the process; ratios are medians of the rounds' ratios.
Called by bench.sh."""
import argparse
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile

FIELDS = [word for field in ("frame.time_epoch", "ip.src", "ip.dst", "tcp.srcport", "tcp.dstport", "modbus.func_code", "mbtcp.unit_id", "dnp3.al.func",
                             "dnp3.src", "dnp3.dst", "iec60870_asdu.typeid", "iec60870_asdu.causetx") for word in ("-e", field)]
# A process starts with the peak of the one that it was forked from, so a fresh, small one runs the program and waits.
MEASURE = """
import os, sys, time
start = time.monotonic()
nothing = os.open(os.devnull, os.O_RDWR)
child = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, nothing, 1), (os.POSIX_SPAWN_DUP2, nothing, 2)])
_, status, usage = os.wait4(child, 0)
print(os.waitstatus_to_exitcode(status), time.monotonic() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)
"""


def programs(options, capture, out):
    yield "libpcap alone", [options.floor, "count", capture], False
    yield "floor: libpcap, headers, conversations", [options.floor, "flows", capture], False
    yield "kakoi scan -j1, all outputs", [options.kakoi, "scan", "-q", "-j1", capture, "-o", out], False
    yield "kakoi scan -j2, all outputs", [options.kakoi, "scan", "-q", "-j2", capture, "-o", out], False
    yield "tcpdump -w /dev/null", ["tcpdump", "-nn", "-r", capture, "-w", "/dev/null"], False
    yield "ndpiReader -q", ["ndpiReader", "-q", "-i", capture], False
    yield "tshark -T fields", ["tshark", "-n", "-r", capture, "-T", "fields", *FIELDS], True


def measure(command):
    line = [shutil.which(str(command[0])), *map(str, command[1:])]
    done = subprocess.run([sys.executable, "-S", "-c", MEASURE, *line], capture_output=True, text=True, check=True)
    status, wall, cpu, memory = map(float, done.stdout.split())
    return {"status": int(status), "wall": wall, "cpu": cpu, "memory": memory}


def table(options, capture, scratch):
    with open(capture, "rb") as file:  # into the page cache
        while file.read(1 << 24):
            pass
    told = subprocess.run([options.floor, "flows", capture], capture_output=True, text=True, check=True).stdout.strip()
    rounds = {}
    for number in range(options.runs):
        for name, command, slow in programs(options, capture, scratch / "out"):
            if not shutil.which(str(command[0])) or (slow and (number > 0 or not options.slow)):
                continue
            rounds.setdefault(name, []).append(measure(command))
            print(f"\r{number + 1}/{options.runs} {name:45}", end="", file=sys.stderr, flush=True)
    print("\r" + " " * 60 + "\r", end="", file=sys.stderr)
    floor, rival = rounds["floor: libpcap, headers, conversations"], rounds.get("ndpiReader -q", [])
    print(f"\n### {capture.stem}: {told}, {capture.stat().st_size / 1e6:.0f} MB\n\n"
          "| program | runs | CPU s | wall s | ÷ floor | ÷ ndpiReader | peak MiB | million packets/s |\n|---|---|---|---|---|---|---|---|")
    packets = int(told.split()[0])
    for name, runs in rounds.items():
        cpu, wall, memory = (statistics.median(run[key] for run in runs) for key in ("cpu", "wall", "memory"))
        over = [f"{statistics.median(run['cpu'] / other['cpu'] for run, other in zip(runs, others)):.2f}" if others else "–" for others in (floor, rival)]
        failed = f" (status {runs[0]['status']})" if any(run["status"] for run in runs) else ""
        print(f"| {name}{failed} | {len(runs)} | {cpu:.2f} | {wall:.2f} | {over[0]} | {over[1]} | {memory:.0f} | {packets / cpu / 1e6:.2f} |", flush=True)


def version(*command):
    try:
        lines = (subprocess.run(command, capture_output=True, text=True, check=False).stdout or "").strip().splitlines()
    except OSError:
        return "not installed"
    return lines[0] if lines else "?"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    for name in ("kakoi", "floor"):
        parser.add_argument("--" + name, required=True)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--slow", action="store_true")
    parser.add_argument("captures", nargs="+", type=pathlib.Path)
    options = parser.parse_args()
    model = next((line.split(": ")[1].strip() for line in open("/proc/cpuinfo", encoding="ascii") if line.startswith("model name")), "?")
    print(f"{model}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; {version(options.kakoi, '--version')}; {version('tshark', '--version')}; "
          f"{version('tcpdump', '--version')}; {version('ndpiReader', '-h')}")
    with tempfile.TemporaryDirectory(prefix="kakoi-bench-") as scratch:
        for capture in options.captures:
            table(options, capture, pathlib.Path(scratch))


if __name__ == "__main__":
    main()
