#!/usr/bin/env python3
"""Runs the ctest of a build folder and counts what it holds: each case of the GoogleTest programs, and each other
entry (fuzz corpora, the page in a browser) as one. A program that dies, or fails after its cases (a leak, say),
counts as one more failure. Usage: run_ctest.py BUILD [JOBS]; ends with the line "N passed, N failed"."""
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as xml

SECONDS = 600  # for one program


def cases(path):
    """(passed, failed) of a GoogleTest report; None: the program died before it was written."""
    try:
        found = list(xml.parse(path).iter("testcase"))
    except (OSError, xml.ParseError):
        return None
    ran = [case for case in found if case.get("status") == "run" and case.get("result") != "skipped"]
    failed = sum(case.find("failure") is not None for case in ran)
    return len(ran) - failed, failed


def main():
    build, jobs = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "1"
    passed = failed = 0
    with tempfile.TemporaryDirectory() as scratch:
        told = pathlib.Path(scratch) / "told"
        told.mkdir()
        done = subprocess.run(
            ["ctest", "--test-dir", build, "-j", jobs, "--timeout", str(SECONDS), "--output-on-failure",
             "--output-junit", f"{scratch}/ctest.xml"],
            env=os.environ | {"GTEST_OUTPUT": f"xml:{told}/"}, capture_output=True, text=True, check=False)
        try:
            entries = list(xml.parse(f"{scratch}/ctest.xml").iter("testcase"))
        except (OSError, xml.ParseError):
            entries = []
        for entry in entries:
            name, well = entry.get("name"), entry.get("status") == "run"
            counted = cases(told / f"{name}.xml")
            good, bad = counted or (0, 0)
            if well and not counted:
                good = 1
            if not well and bad == 0:
                bad = 1
            passed, failed = passed + good, failed + bad
            if bad:
                print(f"FAILED {name}: {bad} of {good + bad}")
    if failed or not entries:
        print(re.sub(r"(?m)^ *\d+/\d+ Test .* Passed .*\n|^ *Start .*\n", "", done.stdout), done.stderr, sep="\n")
    if not entries:
        failed += 1
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
