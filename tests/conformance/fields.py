#!/usr/bin/env python3
"""Holds points, object headers and control actions of kakoi's inventories against tshark's fields.

    fields.py KAKOI CORPUS [--jobs N] [--only WORD]

For every capture of CORPUS (as corpus.py has it) whose oracle tells of Modbus, DNP3 or IEC 60870-5-104, and those whose
name tells of EtherNet/IP, S7, BACnet, OPC UA, FINS, HART-IP, ADS or C37.118: figures
  dnp3 objects      messages per link, function and object header (group, variation)
  modbus points, iec104 points      each address per link, unit, kind of point and access
  modbus, dnp3, iec104 actions      writes and commands: function, point, number of points, outcome
  identities        what devices say of themselves: address, claim, value (tshark_identities.py)
  enip messages, s7comm messages …    messages per function code, of the whole capture
in agreement / in either; all of them agree, but for known_field_differences.tsv. A listed difference that is gone fails,
too. tshark goes by port: it is told the ports where kakoi found the protocol. Ends with "N passed, N failed".
"""
import argparse
import collections
import concurrent.futures
import csv
import json
import pathlib
import sqlite3
import subprocess
import sys
import tempfile

import tshark_fields
import tshark_identities

HERE = pathlib.Path(__file__).parent
PORTS = {"modbus": ("mbtcp", 502), "dnp3": ("dnp3", 20000), "iec104": ("iec60870_104", 2404)}
# What is compared of control actions: those that tshark_fields.py finds.
FUNCTIONS = {"modbus": {5, 6, 8, 15, 16, 22, 23}, "dnp3": {3, 4, 5, 6}, "iec104": tshark_fields.COMMANDS}


class Inventory:
    def __init__(self, path):
        db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        self.links = {row[0]: row[1:] for row in db.execute(
            "select link_id, client_address, server_address, server_port, transport, protocol from link")}
        self.by_end = {}
        for link, (client, server, port, *_) in self.links.items():
            self.by_end[(client, server, port)] = link
        self.points = {"modbus": set(), "iec104": set()}
        for link, protocol, unit, kind, access, start, end in db.execute(
                "select link_id, protocol, unit, kind, access, first, last from point_range where protocol in ('modbus', 'iec104')"):
            if kind in tshark_fields.KINDS or protocol == "modbus" and kind in ("coil", "discrete input", "holding register", "input register"):
                self.points[protocol].update((link, unit, kind, access, p) for p in range(start, end + 1))
        self.objects = collections.Counter()
        for link, unit, peer, code, qualifier, to_server, to_client in db.execute(
                "select link_id, unit, peer_unit, function_code, qualifier, from_client, from_server from operation"
                " where protocol = 'dnp3' and qualifier is not null"):
            self.objects[(link, "client", unit, peer, code, qualifier)] += to_server
            self.objects[(link, "server", unit, peer, code, qualifier)] += to_client
        self.objects = +self.objects
        self.actions = {"modbus": [], "dnp3": [], "iec104": []}
        for link, protocol, from_client, unit, code, point, points, outcome, step in db.execute(
                "select link_id, protocol, from_client, unit, function_code, point, points, outcome, step"
                " from control_action order by ts, packet_id"):
            if protocol in FUNCTIONS and code in FUNCTIONS[protocol]:
                self.actions[protocol].append((link, "client" if from_client else "server", unit, code, point, points,
                                               "" if outcome == "unanswered" else outcome))
        self.cut = {link for link, total, listed in db.execute("select link_id, total, listed from link_actions") if listed < total}

    def link_of(self, source, source_port, destination, destination_port):
        """Which link, and who speaks."""
        if (source, destination, destination_port) in self.by_end:
            return self.by_end[(source, destination, destination_port)], "client", True
        if (destination, source, source_port) in self.by_end:
            return self.by_end[(destination, source, source_port)], "server", False
        return (source, source_port, destination, destination_port), "client", True

    def decode_as(self):
        rules = set()
        for _, _, port, transport, protocol in self.links.values():
            dissector, usual = PORTS.get(protocol, (None, port))
            if port != usual:
                rules.add(f"{transport}.port=={port},{dissector}")
        return sorted(rules)


def counters(inventory, dissection):
    """figure: (of tshark, of kakoi), as Counters."""
    found = {"dnp3 objects": (dissection.objects, inventory.objects)}
    for protocol, points in dissection.points.items():
        found[protocol + " points"] = collections.Counter(points), collections.Counter(inventory.points[protocol])
    for protocol, actions in dissection.actions.items():
        listed = collections.Counter(a[0] for a in inventory.actions[protocol])
        wanted, seen = [], collections.Counter()
        for action in map(tuple, actions):
            # Of a link with more actions than are listed, the earliest are.
            if action[0] not in inventory.cut or seen[action[0]] < listed[action[0]]:
                wanted.append(action)
            seen[action[0]] += 1
        found[protocol + " actions"] = collections.Counter(wanted), collections.Counter(inventory.actions[protocol])
    return found


def check(kakoi, path):
    """{figure: (agreeing, all)}, and the lines that say what differs."""
    with tempfile.TemporaryDirectory() as out:
        done = subprocess.run([kakoi, "scan", "--quiet", "--threads", "1", "--out", out, str(path)], capture_output=True,
                              text=True, timeout=300, check=False)
        if done.returncode:
            return {}, [f"exit {done.returncode}: {done.stderr}"]
        inventory = Inventory(f"{out}/inventory.db")
        identities, differing = {}, []
        if tshark_identities.WORDS.search(str(path.name) + str(path.parent)):
            identities, differing = tshark_identities.compare(path, sqlite3.connect(f"file:{out}/inventory.db?mode=ro", uri=True))
    figures, lines = {}, []
    dissection = tshark_fields.dissect(path, inventory.decode_as(), inventory.link_of)
    for figure, (wanted, found) in counters(inventory, dissection).items():
        keys = wanted.keys() | found.keys()
        figures[figure] = sum(min(wanted[k], found[k]) for k in keys), sum(max(wanted[k], found[k]) for k in keys)
        lines += [f"{figure} {inventory.links.get(k[0], k[0])} {k[1:]}: tshark {wanted[k]}, kakoi {found[k]}"
                  for k in sorted(keys, key=str) if wanted[k] != found[k]]
    figures.update(identities)
    return {f: pair for f, pair in figures.items() if pair[1]}, lines + differing


def captures(corpus):
    with open(corpus / "index.tsv", newline="") as f:
        pairs = [(corpus / "files" / row["path"], corpus / "oracle" / (row["sha256"] + ".json"))
                 for row in csv.DictReader(f, delimiter="\t")]
    pairs += [(p, p.with_suffix(".oracle.json")) for p in sorted((corpus / "own").glob("*.pcap*"))]
    for path, oracle in pairs:
        if tshark_identities.WORDS.search(str(path.relative_to(corpus))):
            yield path
        elif oracle.exists():
            facts = json.loads(oracle.read_text())
            if any(value for name in PORTS for key, value in (facts.get(name) or {}).items() if key.startswith("by_")):
                yield path


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("kakoi")
    ap.add_argument("corpus", type=pathlib.Path)
    ap.add_argument("--jobs", type=int, default=2)
    ap.add_argument("--only", default="", help="captures with this word in their path")
    args = ap.parse_args()
    with open(HERE / "known_field_differences.tsv", newline="") as f:
        known = {(row["path"], row["figure"]): row["difference"]
                 for row in csv.DictReader((l for l in f if not l.startswith("#")), delimiter="\t")}
    paths = [p for p in captures(args.corpus) if args.only in str(p)]
    failures, sums, passed = [], collections.defaultdict(lambda: [0, 0]), 0
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        for path, (figures, lines) in zip(paths, pool.map(lambda p: check(args.kakoi, p), paths)):
            name = str(path.relative_to(args.corpus))
            wrong = [l for l in lines if not figures]
            for figure, (good, total) in figures.items():
                sums[figure][0] += good
                sums[figure][1] += total
                expected = known.pop((name, figure), f"{total}/{total}")
                if f"{good}/{total}" != expected:
                    wrong.append(f"{figure} {good}/{total}, expected {expected}")
            if wrong:
                failures.append(f"{name}: " + "; ".join(wrong) + "\n  " + "\n  ".join(lines[:20]))
            passed += not wrong
    if not args.only:
        failures += [f"{name}: listed as differing in {figure}, and is not there any more" for name, figure in known]
    for figure, (good, total) in sorted(sums.items()):
        print(f"{figure}: {good} of {total}")
        passed += total > 0
    for failure in failures:
        print("FAILED", failure)
    print(f"{passed} passed, {len(failures)} failed")
    return 1 if failures or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
