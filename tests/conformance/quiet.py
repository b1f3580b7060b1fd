#!/usr/bin/env python3
"""Holds kakoi's findings on benign captures, scanned with a fitting policy, against those that are kept for them.

    quiet.py KAKOI CORPUS [--only WORD]

quiet/captures.tsv names the captures and the findings, each "true" (it stands in the cited packet) or "false" (with
the reason why it is raised); the policy of a capture is quiet/NAME.site.yaml. A capture fails with a finding that is
not kept, and with a kept one that is gone or that no longer cites its packet; all together fail unless there is less
than one false finding for each capture. Ends with "N passed, N failed".
"""
import argparse
import collections
import pathlib
import sqlite3
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent / "quiet"
FEWEST = 10  # captures
WANTED = 1.0  # false findings for each capture: fewer than this, all captures together


class Capture:
    def __init__(self, name, path):
        self.name, self.path, self.kept = name, path, []  # kept: (verdict, rule, subject, packet)


def read_table(path):
    captures = {}
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        kind, name, *rest = line.split("\t")
        if kind == "capture" and len(rest) == 2 and name not in captures:
            captures[name] = Capture(name, rest[0])
        elif kind in ("true", "false") and len(rest) == 4 and name in captures and all(rest):
            captures[name].kept.append((kind, *rest[:3]))
        else:
            raise ValueError(f"{path.name}:{number}: neither a capture nor a finding of one, with a reason")
    return list(captures.values())


def findings(database):
    """(rule, subject) of each finding, with the numbers of the packets that it cites and what it says."""
    db = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    found = collections.defaultdict(list)
    for finding, rule, subject, detail in db.execute(
            "select finding_id, rule_id, subject_id, detail_en from finding where accepted = 0 order by finding_id"):
        cited = {str(n) for n, in db.execute(
            "select p.number from finding_packet f join packet p on p.packet_id = f.packet_id where f.finding_id = ?",
            (finding,))}
        found[rule, subject].append((cited, detail))
    db.close()
    return found


def differences(capture, found):
    said = []
    for verdict, rule, subject, packet in capture.kept:
        same = found[rule, subject]
        fitting = next((f for f in same if packet in f[0] or (packet == "-" and not f[0])), None)
        if fitting is not None:
            same.remove(fitting)
        elif same:
            said.append(f"{verdict}, but cites other packets: {rule} {subject}: {sorted(same.pop(0)[0], key=int)}")
        else:
            said.append(f"{verdict}, and gone: {rule} {subject}")
    for (rule, subject), rest in sorted(found.items()):
        said += [f"not kept: {rule} {subject}, packets {sorted(cited, key=int)}: {detail}" for cited, detail in rest]
    return said


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("kakoi")
    parser.add_argument("corpus", type=pathlib.Path)
    parser.add_argument("--only", default="", help="captures that are so named")
    options = parser.parse_args()
    captures = read_table(HERE / "captures.tsv")
    passed = failed = 0
    for capture in captures:
        if options.only not in capture.name:
            continue
        with tempfile.TemporaryDirectory() as out:
            done = subprocess.run([options.kakoi, "scan", "--quiet", "--threads", "1", "--evidence", "none",
                                   "--policy", str(HERE / f"{capture.name}.site.yaml"), "--out", out,
                                   str(options.corpus / "files" / capture.path)], capture_output=True, text=True,
                                  timeout=300, check=False)
            said = ([f"exit {done.returncode}: {done.stderr}"] if done.returncode
                    else differences(capture, findings(pathlib.Path(out) / "inventory.db")))
        passed, failed = passed + (not said), failed + bool(said)
        for line in said:
            print(f"{capture.name}: {line}")
    wrong = sum(verdict == "false" for c in captures for verdict, *_ in c.kept)
    quiet = len(captures) >= FEWEST and wrong < WANTED * len(captures)
    print(f"{len(captures)} captures, {sum(len(c.kept) for c in captures)} findings kept, {wrong} of them false"
          f"{'' if quiet else ': too few captures, or too many false ones'}")
    passed, failed = passed + quiet, failed + (not quiet)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
