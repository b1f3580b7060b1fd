#!/usr/bin/env python3
"""Captures that were made to hurt, each in one size and in ten times that, in 64 MiB: kakoi ends well, stays within its
bound, says what it gave up, and ten times the input takes at most twelve times as long.
Usage: run.py KAKOI [--size N] [--only NAME …] [--table] [--jobs N]
  --size N   packets of the smaller one (default 10,000); 1,000,000 for the figures of docs/performance.md
  --table    the figures, as a table
  --jobs N   so many attacks at a time; CPU seconds are told, which others' work changes least where there is a core for each
Ends with the line "N passed, N failed"; needs the programs zstd, and python3."""
import argparse
import concurrent.futures
import json
import multiprocessing
import os
import pathlib
import random
import shutil
import statistics
import subprocess
import sys
import tempfile

import captures

BOUND, FACTOR, SLOWER = 64 << 20, 10, 12
LEAST = 0.03  # seconds: below it, noise is all there is
# A process starts with the peak of the one that it was forked from, so a fresh, small one runs the program and waits.
MEASURE = """
import os, sys
child = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ)
_, status, usage = os.wait4(child, 0)
print(os.waitstatus_to_exitcode(status), usage.ru_maxrss * 1024, usage.ru_utime + usage.ru_stime)
"""


class Run:
    def __init__(self, program, capture, scratch):
        self.out = scratch / "out"
        shutil.rmtree(self.out, ignore_errors=True)
        done = subprocess.run([sys.executable, "-S", "-c", MEASURE, program, "scan", capture, "--quiet",
                               "--max-memory", "64MiB", "-o", self.out], capture_output=True, text=True, check=True)
        *_, status, memory, seconds = done.stdout.split()
        self.status, self.memory, self.seconds, self.errors = int(status), int(memory), float(seconds), done.stderr

    def coverage(self):
        return {c["metric"]: c.get("value") or 0 for c in json.loads((self.out / "inventory.json").read_text())["coverage"]}


def scan_again(program, capture, scratch, times):
    return statistics.median(Run(program, capture, scratch).seconds for _ in range(times))


class Attack:
    def __init__(self, name, told, make, share=1):
        self.name, self.told, self.make, self.share = name, told, make, share

    def measure(self, program, size, scratch, start):
        """What is wrong, and the figures."""
        wrong, runs, made = [], [], []
        for count in (size, size * FACTOR):
            place = scratch / f"{self.name}-{count}"
            made.append(self.make(place, max(1, count // self.share)))
            runs.append(Run(program, made[-1], scratch))
            if runs[-1].status != 0:
                wrong.append(f"status {runs[-1].status}: {runs[-1].errors.strip()}")
            elif runs[-1].memory >= BOUND and "Sanitizer" not in runs[-1].errors:
                wrong.append(f"{runs[-1].memory >> 20} MiB for {count} packets")
        if not wrong and self.told and not any(runs[1].coverage()[metric] > 0 for metric in self.told):
            wrong.append(f"none of {sorted(self.told)} is told in table coverage")
        seconds = [run.seconds for run in runs]
        if self.ratio(seconds, start) > SLOWER:  # measured again before it counts
            seconds = [scan_again(program, made[0], scratch, 5), scan_again(program, made[1], scratch, 3)]
        if self.ratio(seconds, start) > SLOWER:
            wrong.append(f"{FACTOR} times the input takes {self.ratio(seconds, start):.0f} times as long: {seconds} s, {start} s to start")
        for path in scratch.glob(f"{self.name}-*"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        return wrong, seconds, max(run.memory for run in runs)

    @staticmethod
    def ratio(seconds, start):
        return max(seconds[1] - start, 0) / max(seconds[0] - start, LEAST)


def written(function):
    def make(place, count):
        path = place.with_suffix(".pcap")
        with open(path, "wb", buffering=1 << 20) as file:
            function(captures.Writer(file), count, random.Random(20261122))
        return path
    return make


def packed(ending):
    def make(place, count):
        path = place.with_suffix(".pcap." + ending)
        captures.packed_zeros(path, count, captures.BOMBS[ending])
        return path
    return make


def of_interfaces(place, count):
    path = place.with_suffix(".pcapng")
    with open(path, "wb", buffering=1 << 20) as file:
        captures.interfaces_without_end(file, count, random.Random(20261122))
    return path


def of_files(place, count):
    place.mkdir()
    captures.files_without_end(place, count, random.Random(20261122))
    return place


def attacks():
    for name, (function, told, share) in captures.ATTACKS.items():
        yield Attack(name, told, written(function), share)
    for ending in captures.BOMBS:
        yield Attack(f"bomb_{ending}", set(), packed(ending), 10)
    yield Attack("interfaces_without_end", set(), of_interfaces, 2)
    yield Attack("files_without_end", set(), of_files, 100)


def measure(name, program, size, scratch, start):
    own = scratch / name
    own.mkdir()
    return next(one for one in attacks() if one.name == name).measure(program, size, own, start)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--size", type=int, default=10_000)
    parser.add_argument("--only", nargs="*")
    parser.add_argument("--table", action="store_true")
    parser.add_argument("--jobs", type=int, default=1)
    options = parser.parse_args()
    program = str(pathlib.Path(options.program).resolve())
    scratch = pathlib.Path(tempfile.mkdtemp(prefix="kakoi-adversarial-", dir=os.environ.get("TMPDIR")))
    passed = failed = 0
    try:
        start = scan_again(program, written(captures.copies)(scratch / "start", 10), scratch, 5)
        if options.table:
            print(f"start {start:.2f} s\n\n| attack | packets | CPU seconds | ten times that | ratio | peak MiB |\n|---|---|---|---|---|---|")
        chosen = [one for one in attacks() if not options.only or one.name in options.only]
        with concurrent.futures.ProcessPoolExecutor(options.jobs, multiprocessing.get_context("fork")) as pool:
            measured = [pool.submit(measure, one.name, program, options.size, scratch, start) for one in chosen]
        for one, figures in zip(chosen, measured):
            wrong, seconds, memory = figures.result()
            if options.table:
                print(f"| {one.name} | {options.size // one.share:,} | {seconds[0]:.2f} | {seconds[1]:.2f} | {one.ratio(seconds, start):.1f} | "
                      f"{memory / (1 << 20):.0f} |")
            for what in wrong:
                print(f"FAILED {one.name}: {what}")
            passed, failed = passed + (not wrong), failed + bool(wrong)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
