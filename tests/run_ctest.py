#!/usr/bin/env python3
"""Runs the ctest of a build folder and counts what it holds: each case of the GoogleTest programs, and each other
entry (fuzz targets, the page in a browser) as one. A program that dies, or fails after its cases (a leak, say),
counts as one more failure. Fuzz targets, which end by the clock, go several to a core.
Usage: run_ctest.py BUILD [JOBS]; ends with the line "N passed, N failed"."""
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as xml

SECONDS = 600  # for one program
FUZZ_TARGETS_A_CORE = 6


def cases(path):
    """(passed, failed) of a GoogleTest report; None: the program died before it was written."""
    try:
        found = list(xml.parse(path).iter("testcase"))
    except (OSError, xml.ParseError):
        return None
    ran = [case for case in found if case.get("status") == "run" and case.get("result") != "skipped"]
    failed = sum(case.find("failure") is not None for case in ran)
    return len(ran) - failed, failed


def run(build, selection, jobs, told):
    """Entries of ctest's report, none if there was none, and what ctest printed."""
    with tempfile.NamedTemporaryFile(suffix=".xml") as report:
        done = subprocess.run(
            ["ctest", "--test-dir", build, *selection, "-j", str(jobs), "--timeout", str(SECONDS), "--output-on-failure",
             "--output-junit", report.name],
            env=os.environ | {"GTEST_OUTPUT": f"xml:{told}/"}, capture_output=True, text=True, check=False)
        try:
            entries = list(xml.parse(report.name).iter("testcase"))
        except (OSError, xml.ParseError):
            entries = []
    return entries, re.sub(r"(?m)^ *\d+/\d+ Test .* Passed .*\n|^ *Start .*\n", "", done.stdout) + done.stderr


def main():
    build, jobs = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1
    passed = failed = 0
    parts = [(["-LE", "fuzz"], jobs)]
    if re.search("^KAKOI_FUZZ:[A-Z]*=ON$", (pathlib.Path(build) / "CMakeCache.txt").read_text(), re.MULTILINE):
        parts.append((["-L", "fuzz"], jobs * FUZZ_TARGETS_A_CORE))
    for selection, at_once in parts:
        with tempfile.TemporaryDirectory() as told:
            entries, printed = run(build, selection, at_once, told)
            failed_before = failed
            for entry in entries:
                name, well = entry.get("name"), entry.get("status") == "run"
                counted = cases(pathlib.Path(told) / f"{name}.xml")
                good, bad = counted or (0, 0)
                if well and not counted:
                    good = 1
                if not well and bad == 0:
                    bad = 1
                passed, failed = passed + good, failed + bad
                if bad:
                    print(f"FAILED {name}: {bad} of {good + bad}")
            if not entries:
                failed += 1
            if failed > failed_before:
                print(printed)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
