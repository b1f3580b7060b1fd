#!/usr/bin/env python3
"""Holds the assets of kakoi's inventories, and what is claimed of them, against hand-checked truth.

    identity.py KAKOI CORPUS [--only WORD] [--hints]

For every identity/*.tsv (identity/README.md says how they were made and what counts): precision and recall of
  assets       a device is found if one asset has exactly its addresses, and is local or not as the truth says
  attributes   (device, kind, value), each once however often and by whatever method it was learned; and its role
All captures together: assets at least 0.98, attributes at least 0.95. Every attribute must cite a packet that is in
the capture. Lists each difference; ends with "N passed, N failed".
"""
import argparse
import collections
import csv
import pathlib
import re
import sqlite3
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
WANTED = {"assets": 0.98, "attributes": 0.95}
HINT = 50  # claims of less confidence are hearsay or guesses: right where the truth has them, else not counted
# What is compared. Fingerprints and accounts identify no device; the role is compared as the asset's, not as a claim.
KINDS = {"name", "domain", "vendor", "product", "firmware", "hardware", "serial", "os", "software", "user_agent",
         "description", "location"}
SAME_KIND = {"model": "product"}  # makers use both words for both
ANYTHING = "…"


def words(text):
    return re.findall(r"[^\W_]+|" + ANYTHING, text.lower())


def matches(stated, claimed):
    """Word by word, whatever case and punctuation; '…' in what was stated stands for any words, or none."""
    pattern = "".join("(?: [^ ]+)*" if w == ANYTHING else " " + re.escape(w) for w in words(stated))
    return re.fullmatch(pattern, "".join(" " + w for w in words(claimed))) is not None


class Truth:
    def __init__(self, path):
        self.capture, self.devices, self.peers, self.roles, self.stated = "", {}, set(), {}, []
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if not line or line.startswith("#"):
                continue
            row = line.split("\t")
            if row[0] == "capture":
                self.capture = row[1]
                continue
            kind, device, value, frame, proof = row
            if not frame.isdigit() or not proof:
                raise ValueError(f"{path.name}:{number}: no frame, or no proof")
            if kind in ("asset", "peer"):
                self.devices[device] = frozenset(value.split())
                if kind == "peer":
                    self.peers.add(device)
            elif device not in self.devices:
                raise ValueError(f"{path.name}:{number}: no asset {device}")
            elif kind == "role":
                self.roles[device] = value
            else:
                kind = SAME_KIND.get(kind, kind)
                if kind not in KINDS:
                    raise ValueError(f"{path.name}:{number}: no kind {kind}")
                self.stated.append((device, kind, value, frame))

    def device_of(self, addresses):
        """Whom an asset with these addresses is about; None: nobody."""
        shared = {d: len(a & addresses) for d, a in self.devices.items() if a & addresses}
        return max(sorted(shared), key=shared.get) if shared else None


class Found:
    """The assets and claims of an inventory, without multicast and broadcast."""

    def __init__(self, db):
        self.scope, self.role, self.addresses = {}, {}, collections.defaultdict(set)
        for asset, scope, role in db.execute("select asset_id, scope, role from asset"):
            if scope not in ("multicast", "broadcast"):
                self.scope[asset], self.role[asset] = scope, role
        for asset, value in db.execute("select asset_id, value from address"):
            if asset in self.scope and value not in ("0.0.0.0", "::"):
                self.addresses[asset].add(value)
        self.claims = db.execute("select asset_id, name, value, method, confidence from attribute").fetchall()
        self.without_packet = db.execute(
            "select t.asset_id, t.name, t.value from attribute t left join packet p on p.packet_id = t.packet_id"
            " left join capture c on c.capture_id = p.capture_id"
            " where c.packets is null or p.number < 1 or p.number > c.packets").fetchall()


class Score:
    def __init__(self):
        self.right_found = self.found = self.right_wanted = self.wanted = 0

    def add(self, other):
        for field in vars(self):
            setattr(self, field, getattr(self, field) + getattr(other, field))

    @property
    def precision(self):
        return self.right_found / self.found if self.found else 0.0

    @property
    def recall(self):
        return self.right_wanted / self.wanted if self.wanted else 0.0

    def __str__(self):
        return (f"precision {self.precision:.3f} ({self.right_found}/{self.found}),"
                f" recall {self.recall:.3f} ({self.right_wanted}/{self.wanted})")


def compare_assets(truth, found, differences):
    score = Score()
    score.found, score.wanted = len(found.scope), len(truth.devices)
    by_addresses = {frozenset(found.addresses[a]): a for a in found.scope}
    for device, addresses in truth.devices.items():
        asset = by_addresses.get(addresses)
        if asset is not None and (found.scope[asset] != "local") == (device in truth.peers):
            score.right_wanted += 1
            score.right_found += 1
            continue
        near = [f"{a} ({found.scope[a]}: {' '.join(sorted(found.addresses[a]))})" for a in sorted(found.scope)
                if found.addresses[a] & addresses]
        differences.append(f"asset {device} ({' '.join(sorted(addresses))}): {'; '.join(near) or 'not found'}")
    for asset in sorted(found.scope):
        if truth.device_of(found.addresses[asset]) is None:
            addresses = " ".join(sorted(found.addresses[asset]))
            differences.append(f"asset {asset} ({found.scope[asset]}: {addresses}): no device")
    return score


def compare_attributes(truth, found, differences, hints):
    score, claims = Score(), {}
    for asset, kind, value, method, confidence in found.claims:
        kind = SAME_KIND.get(kind, kind)
        if kind not in KINDS or found.scope.get(asset) != "local":
            continue
        key = truth.device_of(found.addresses[asset]) or asset, kind, " ".join(words(value))
        best = claims.get(key)
        if best is None or confidence > best[2]:
            claims[key] = value, method, confidence
    found_lines = set()
    for (device, kind, _), (value, method, confidence) in sorted(claims.items()):
        lines = {i for i, (d, k, v, _) in enumerate(truth.stated) if (d, k) == (device, kind) and matches(v, value)}
        found_lines |= lines
        said = f"{device} {kind} {value!r} by {method} ({confidence})"
        if not lines and confidence < HINT:
            hints.append(said)
            continue
        score.found += 1
        score.right_found += bool(lines)
        if not lines:
            differences.append(f"claimed, not stated: {said}")
    score.wanted, score.right_wanted = len(truth.stated), len(found_lines)
    for i, (device, kind, value, frame) in enumerate(truth.stated):
        if i not in found_lines:
            differences.append(f"stated, not claimed: {device} {kind} {value!r} in frame {frame}")

    for asset in sorted(found.scope):
        device = truth.device_of(found.addresses[asset])
        if found.scope[asset] != "local" or device is None or device in truth.peers:
            continue
        allowed, role = truth.roles.get(device, "-").split("/"), found.role[asset] or "-"
        good = role in allowed
        score.found += role != "-"
        score.right_found += good and role != "-"
        if not good:
            differences.append(f"role of {device} ({asset}): {role}, not {'/'.join(allowed)}")
    for device, allowed in truth.roles.items():
        if "-" in allowed.split("/"):
            continue
        score.wanted += 1
        score.right_wanted += any(found.role[a] in allowed.split("/") and truth.device_of(found.addresses[a]) == device
                                  for a in found.scope)
    return score


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("kakoi")
    parser.add_argument("corpus", type=pathlib.Path)
    parser.add_argument("--only", default="", help="captures whose truth is so named")
    parser.add_argument("--hints", action="store_true", help="list hints that the truth does not have")
    options = parser.parse_args()
    totals = {figure: Score() for figure in WANTED}
    passed = failed = 0
    for path in sorted((HERE / "identity").glob("*.tsv")):
        if options.only not in path.stem:
            continue
        truth = Truth(path)
        with tempfile.TemporaryDirectory() as out:
            done = subprocess.run([options.kakoi, "scan", "--quiet", "--threads", "1", "--out", out,
                                   str(options.corpus / "files" / truth.capture)], capture_output=True, text=True,
                                  timeout=300, check=False)
            if done.returncode:
                print(f"{path.stem}: exit {done.returncode}: {done.stderr}")
                failed += 1
                continue
            db = sqlite3.connect(f"file:{out}/inventory.db?mode=ro", uri=True)
            found = Found(db)
            db.close()
        differences, hints = [], []
        scores = {"assets": compare_assets(truth, found, differences),
                  "attributes": compare_attributes(truth, found, differences, hints)}
        for figure, score in scores.items():
            totals[figure].add(score)
            print(f"{path.stem}: {figure} {score}")
        for line in differences + (["hint: " + h for h in hints] if options.hints else []):
            print(f"    {line}")
        for row in found.without_packet:
            print(f"    no packet: {row}")
        passed, failed = passed + (not found.without_packet), failed + bool(found.without_packet)
    for figure, score in totals.items():
        good = min(score.precision, score.recall) >= WANTED[figure]
        print(f"{figure}: {score}, wanted {WANTED[figure]}{'' if good else ': too low'}")
        passed, failed = passed + good, failed + (not good)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
