#!/usr/bin/env python3
"""Runs kakoi over a corpus of captures and holds its inventories against independent oracles.

    corpus.py KAKOI CORPUS [--tools DIR] [--jobs N]

CORPUS has files/ (captures, any depth), optionally malformed/ and own/, index.tsv (sha256, path) and
oracle/SHA256.json; --tools (default CORPUS/../tools) has compare_oracle.py. For each capture: exit status 0, or
2 with one line that names the file; no sanitizer report; figures of the comparison at 100 % but for the
differences that known_differences.tsv explains. A listed difference that is gone fails, too. Where its reason
is "Copies:", the packets that differ are left out of the shares of the whole corpus: the oracle counts each delivery,
and a packet that a mirror delivers twice is no second packet.
Ends with the plain line "N passed, N failed".
"""
import argparse
import collections
import concurrent.futures
import csv
import importlib.util
import json
import os
import pathlib
import sqlite3
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
# To remember who asked for which memory takes a tenth of a sanitized scan, and says no more than whether there was a fault.
QUICK = "malloc_context_size=2"
# What the whole corpus must reach (sum over all captures), in percent.
TARGETS = {"mac": 99.5, "ip": 99.5, "conversations": 99.5, "modbus": 99, "dnp3": 99, "iec104": 99}


def load_comparison(tools):
    spec = importlib.util.spec_from_file_location("compare_oracle", tools / "compare_oracle.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def compare(comparison, database, oracle_path):
    """{figure: (good, total)} of one capture, and the lines that say what differs."""
    lines = []
    argv, sys.argv = sys.argv, ["compare_oracle.py", str(database), str(oracle_path)]
    printed, comparison.print = [], lambda *words: printed.append(" ".join(map(str, words)))
    try:
        comparison.main()
    finally:
        sys.argv = argv
    lines, figures = printed[:-1], printed[-1]
    pairs = {}
    words = figures.split()
    for name, value in zip(words[::2], words[1::2]):
        good, total = value.split("/")
        pairs[name] = (int(good), int(total))
    return pairs, [l for l in lines if "(lenient)" not in l and "(extra)" not in l]


def scan(kakoi, path, out):
    return subprocess.run([kakoi, "scan", "--quiet", "--threads", "2", "--out", out, str(path)], capture_output=True, text=True, timeout=300,
                          env={"ASAN_OPTIONS": QUICK, **os.environ})


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("kakoi")
    ap.add_argument("corpus", type=pathlib.Path)
    ap.add_argument("--tools", type=pathlib.Path)
    ap.add_argument("--jobs", type=int, default=2)
    args = ap.parse_args()
    comparison = load_comparison(args.tools or args.corpus.parent / "tools")

    known, copies = {}, set()
    with open(HERE / "known_differences.tsv", newline="") as f:
        for row in csv.DictReader((l for l in f if not l.startswith("#")), delimiter="\t"):
            known[(row["path"], row["figure"])] = row["difference"]
            if row["reason"].startswith("Copies:"):
                copies.add((row["path"], row["figure"]))

    oracles = {}
    with open(args.corpus / "index.tsv", newline="") as f:
        for row in csv.DictReader(f, delimiter="\t"):
            oracles["files/" + row["path"]] = args.corpus / "oracle" / (row["sha256"] + ".json")
    captures = [p for folder in ("files", "malformed", "own") for p in sorted((args.corpus / folder).rglob("*"))
                if p.is_file() and p.suffix not in (".json", ".log", ".tsv", ".md")]
    for p in captures:
        if p.parent.name == "own":
            oracles[str(p.relative_to(args.corpus))] = p.with_suffix(".oracle.json")

    sums = collections.defaultdict(lambda: [0, 0])
    failures, refused, seen = [], [], set()
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        outs = [f"{folder}/{i}" for i in range(len(captures))]
        jobs = pool.map(lambda job: scan(args.kakoi, *job), zip(captures, outs))
        for path, out, done in zip(captures, outs, jobs):
            name = str(path.relative_to(args.corpus))
            if "Sanitizer" in done.stderr or "runtime error" in done.stderr or done.returncode not in (0, 2):
                failures.append(f"{name}: exit {done.returncode}\n{done.stderr[-2000:]}")
                continue
            if done.returncode == 2:
                refused.append(name)
                if path.name not in done.stderr.splitlines()[0]:
                    failures.append(f"{name}: no line that names the file: {done.stderr}")
                if oracles.get(name, path.parent / "none").exists():
                    failures.append(f"{name}: has an oracle, and was refused: {done.stderr}")
                continue
            if oracles.get(name) is None or not oracles[name].exists():
                continue
            figures, lines = compare(comparison, f"{out}/inventory.db", oracles[name])
            for figure, (good, total) in figures.items():
                sums[figure][0] += good
                sums[figure][1] += good if (name, figure) in copies else total
                expected = known.get((name, figure))
                found = f"{good}/{total}"
                if expected:
                    seen.add((name, figure))
                if good != total and expected is None or expected is not None and expected != found:
                    failures.append(f"{name}: {figure} {found}, expected {expected or 'all'}\n  " + "\n  ".join(lines[:20]))
    for name, figure in sorted(set(known) - seen):
        failures.append(f"{name}: listed as differing in {figure}, and is not in the corpus any more")
    print("refused, each with its line: " + ", ".join(refused))
    for figure, (good, total) in sums.items():
        print(f"{figure}: {good} of {total}")
        if total and 100 * good / total < TARGETS[figure]:
            failures.append(f"{figure}: {100 * good / total:.3f} %, {TARGETS[figure]} wanted")
    for failure in failures:
        print("FAILED", failure)
    print(f"{len(captures) + len(sums) - len(failures)} passed, {len(failures)} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
