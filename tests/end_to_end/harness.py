"""Runs kakoi in a scratch folder and counts what held. A test is a function marked with @test; it fails by
raising, or by any expect() that does not hold; the rest of it still runs."""
import concurrent.futures
import multiprocessing
import os
import pathlib
import re
import shutil
import sqlite3
import subprocess
import tempfile
import traceback

ROOT = pathlib.Path(__file__).resolve().parents[2]
PCAPS = ROOT / "pcaps"
SAMPLE = PCAPS / "sample-plant.pcapng"
CLOSED = PCAPS / "closed-plant.pcapng"
POLICY = PCAPS / "closed-plant.site.yaml"
OUTPUTS = ["assets.csv", "evidence.pcapng", "findings.json", "inventory.db", "inventory.json", "links.csv", "manifest.json", "report.html",
           "verdicts.csv"]
DONE, FINDINGS, BAD_INPUT = 0, 1, 2

tests, complaints = [], []
program, scratch = None, None


def test(function):
    tests.append(function)
    return function


def expect(holds, message):
    if not holds:
        complaints.append(str(message))
    return holds


def equal(found, wanted, what):
    return expect(found == wanted, f"{what}: {found!r} instead of {wanted!r}")


def kakoi(*arguments, stdin=None, epoch="1700000000", wanted=None):
    """Runs the program; with `wanted`, any other exit status is a failure. Text comes back decoded."""
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
    if epoch:
        environment["SOURCE_DATE_EPOCH"] = epoch
    done = subprocess.run([program, *map(str, arguments)], input=stdin, capture_output=True, env=environment,
                          cwd=scratch, timeout=300, check=False)
    done.stdout, done.stderr = done.stdout.decode(), done.stderr.decode()
    done.stderr = re.sub(r"kakoi: note: files are guarded by their permissions alone: .*\n", "", done.stderr)  # an old kernel
    call = "kakoi " + " ".join(map(str, arguments))
    if wanted is not None:
        expect(done.returncode == wanted, f"{call}: status {done.returncode} instead of {wanted}\n{done.stderr}")
    for word in ("AddressSanitizer", "ThreadSanitizer", "runtime error:", "terminate called"):
        expect(word not in done.stderr, f"{call}: {done.stderr}")
    return done


scans = {}


def scan(*arguments, wanted=DONE, **more):
    """The output folder of a scan. The same call is made once: what it writes is not to be changed."""
    key = (*map(str, arguments), wanted, *sorted(more.items()))
    if key not in scans:
        scans[key] = scan_again(*arguments, wanted=wanted, **more)
    return scans[key]


def scan_again(*arguments, wanted=DONE, **more):
    out = folder("out")
    kakoi("scan", *arguments, "--out", out, "--quiet", wanted=wanted, **more)
    return out


def folder(name):
    return pathlib.Path(tempfile.mkdtemp(prefix=name + "-", dir=scratch))


def database(out):
    return sqlite3.connect(f"file:{out / 'inventory.db'}?mode=ro", uri=True)


def run_module(name):
    """What became of the tests of one module: how many passed, and what is to be said of each that failed."""
    passed, failures = 0, []
    for function in [t for t in tests if t.__module__ == name]:
        complaints.clear()
        try:
            function()
        except Exception:  # pylint: disable=broad-except
            complaints.append(traceback.format_exc())
        if complaints:
            failures.append("\n".join([f"FAILED {name}.{function.__name__}",
                                       *("  " + c.rstrip().replace("\n", "\n  ") for c in complaints)]))
        else:
            passed += 1
    return passed, failures


def main(program_path, jobs=1):
    """Modules run beside each other, `jobs` at a time; the tests of one run in order, and share its scans."""
    global program, scratch
    program = str(pathlib.Path(program_path).resolve())
    scratch = pathlib.Path(tempfile.mkdtemp(prefix="kakoi-end-to-end-"))
    passed = failed = 0
    try:
        with concurrent.futures.ProcessPoolExecutor(jobs, multiprocessing.get_context("fork")) as pool:
            for good, failures in pool.map(run_module, dict.fromkeys(t.__module__ for t in tests)):
                passed, failed = passed + good, failed + len(failures)
                for failure in failures:
                    print(failure)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0
