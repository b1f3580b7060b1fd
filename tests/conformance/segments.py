#!/usr/bin/env python3
"""Cuts the conversations of a corpus anywhere: every capture that holds one of the three control protocols, its
streams split at every octet, octet by octet, out of order, repeated, and with each packet lost or cut in turn.

    segments.py CONTRACT_TEST CORPUS [--protocols modbus,dnp3,iec104]

CONTRACT_TEST is tests/sensor/contract_test; the oracles of CORPUS tell which captures to take. Ends with the
plain line "N passed, N failed"."""
import argparse
import csv
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("contract_test", type=pathlib.Path)
    parser.add_argument("corpus", type=pathlib.Path)
    parser.add_argument("--protocols", default="modbus,dnp3,iec104")
    options = parser.parse_args()
    captures = {}
    with (options.corpus / "index.tsv").open() as index:
        for row in csv.DictReader(index, delimiter="\t"):
            captures[row["sha256"]] = options.corpus / "files" / row["path"]
    passed = failed = 0
    for protocol in options.protocols.split(","):
        chosen = []
        for digest, path in sorted(captures.items(), key=lambda item: item[1]):
            oracle = options.corpus / "oracle" / f"{digest}.json"
            if path.is_file() and oracle.is_file() and json.loads(oracle.read_text()).get(protocol):
                chosen.append(path)
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as listed:
            listed.write("".join(f"{path.resolve()}\n" for path in chosen))
            listed.flush()
            done = subprocess.run([options.contract_test, f"--gtest_filter=*/{protocol}", "--gtest_brief=1"], text=True,
                                  capture_output=True, check=False, env={**os.environ, "KAKOI_DIALOGUES": listed.name})
        good = sum(map(int, re.findall(r"\[  PASSED  \] (\d+) test", done.stdout)))
        ran = sum(map(int, re.findall(r"(\d+) tests? from \d+ test suites? ran", done.stdout)))
        passed += good
        failed += ran - good if ran else 1
        if done.returncode or not ran:
            print(f"{protocol}: {len(chosen)} captures\n{done.stdout[-6000:]}\n{done.stderr[-3000:]}")
        else:
            print(f"{protocol}: {len(chosen)} captures, {good} tests")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
