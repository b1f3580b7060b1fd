#!/usr/bin/env python3
"""A plant of real software in network namespaces; kakoi's inventory of its traffic has to list exactly its hosts.

    plant.py KAKOI [--keep FOLDER] [--show]

Needs root (namespaces), and what install.sh test installs. Without namespaces it says so and ends with status 77, else with
the line "N passed, N failed". hosts.py is the plant and with it the truth; README.md says what is compared.
"""
import argparse
import collections
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import tempfile

import hosts
import network

HERE = pathlib.Path(__file__).parent
SKIPPED = 77
FAMILY = ("linux", "debian", "unix")  # what all hosts run; Samba announces itself as Unix


class Inventory:
    def __init__(self, kakoi, capture, out):
        subprocess.run([kakoi, "scan", capture, "--quiet", "--out", out], check=True, stdout=subprocess.DEVNULL)
        self.db = sqlite3.connect(f"file:{out / 'inventory.db'}?mode=ro", uri=True)
        self.assets = {row[0]: row for row in self.db.execute(
            "select asset_id, name, role, os, is_router from asset where scope not in ('multicast', 'broadcast')")}
        self.addresses = collections.defaultdict(set)
        for asset, value in self.db.execute("select asset_id, value from address"):
            self.addresses[asset].add(value)
        self.services = collections.defaultdict(set)
        for asset, transport, port, protocol in self.db.execute("select asset_id, transport, port, protocol from service"):
            self.services[asset].add((transport, port, protocol))

    def show(self):
        for asset, row in sorted(self.assets.items(), key=lambda item: item[1][1]):
            print(*row[1:], sorted(self.addresses[asset]), sorted(self.services[asset]))


def of_host(host, inventory):
    """Where the inventory differs, aspect by aspect, and the assets that have an address of this host."""
    found = [a for a in inventory.assets if inventory.addresses[a] & host.addresses()]
    if len(found) != 1:
        return {"assets": " ".join(sorted(inventory.assets[a][1] for a in found))}, found
    (asset,) = found
    _, name, role, system, is_router = inventory.assets[asset]
    differs = {}
    if inventory.addresses[asset] != host.addresses():
        differs["addresses"] = " ".join(sorted(inventory.addresses[asset]))
    if name.lower().removesuffix(f".{hosts.DOMAIN}") != host.shown_name():
        differs["name"] = name
    if not any(word in system.lower() for word in FAMILY) and (system or host.tells_system):
        differs["os"] = system
    if role != host.role:
        differs["role"] = role
    if bool(is_router) != host.routes:
        differs["routes"] = str(is_router)
    if inventory.services[asset] != host.services:
        differs["services"] = " ".join(f"{sign}{transport}/{port}/{protocol}" for sign, many in (
            ("-", host.services - inventory.services[asset]), ("+", inventory.services[asset] - host.services))
            for transport, port, protocol in sorted(many))
    return differs, found


def known_gaps():
    """Of known_gaps.tsv: (host, aspect) and what the inventory says there."""
    lines = [line.split("\t") for line in (HERE / "known_gaps.tsv").read_text().splitlines() if not line.startswith("#")]
    return {(host, aspect): value for host, aspect, value, _ in lines}


def judge(inventory):
    gaps, accounted, checks = known_gaps(), set(), []
    for host in hosts.VISIBLE:
        differs, found = of_host(host, inventory)
        accounted.update(found)
        wrong = [f"{aspect}: '{value}'" for aspect, value in differs.items() if gaps.get((host.name, aspect)) != value]
        wrong += [f"{aspect}: no longer '{value}' as known_gaps.tsv says" for (name, aspect), value in gaps.items()
                  if name == host.name and aspect not in differs]
        checks.append((host.name, wrong))
    checks.append(("no other asset", [f"{inventory.assets[a][1]} {sorted(inventory.addresses[a])}"
                                      for a in sorted(inventory.assets.keys() - accounted)]))
    hidden = {address for host in hosts.HIDDEN for address in host.addresses()}
    everywhere = set().union(*inventory.addresses.values())
    checks.append(("hosts behind the NAT box", [f"{a} is in the inventory" for a in sorted(hidden & everywhere)]))
    for what, wrong in checks:
        if wrong:
            print(f"FAILED {what}", *wrong, sep="\n  ")
    failed = sum(bool(wrong) for _, wrong in checks)
    return len(checks) - failed, failed


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("kakoi", type=pathlib.Path)
    parser.add_argument("--keep", type=pathlib.Path, help="where capture and logs stay")
    parser.add_argument("--show", action="store_true", help="print what the inventory holds")
    arguments = parser.parse_args()
    if os.geteuid() != 0 or not network.permitted():
        print("plant: not tried, network namespaces and bridges need root and iproute2", file=sys.stderr)
        return SKIPPED
    work = arguments.keep or pathlib.Path(tempfile.mkdtemp(prefix="kakoi-plant-"))
    work.mkdir(parents=True, exist_ok=True)
    work.chmod(0o755)  # daemons that give up root read their files here
    try:
        with network.Plant(work, hosts.ALL) as plant:
            stop = plant.capture(work / "plant.pcap")
            complaints = hosts.run(plant)
            stop()
        inventory = Inventory(arguments.kakoi.resolve(), work / "plant.pcap", work / "out")
        if arguments.show:
            inventory.show()
        passed, failed = judge(inventory)
        for complaint in complaints:  # a client that got no answer: then the truth isn't true
            failed += 1
            print(f"FAILED traffic: {complaint}")
        print(f"{passed} passed, {failed} failed")
        return 1 if failed or not passed else 0
    finally:
        if not arguments.keep:
            shutil.rmtree(work)


if __name__ == "__main__":
    sys.exit(main())
