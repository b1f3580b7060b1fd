"""While it reads what others wrote, scan can neither send nor run programs, and reaches no file but those that it was
given and its outputs."""
import ctypes
import pathlib
import subprocess
import time

import harness
from harness import CLOSED, DONE, POLICY, ROOT, SAMPLE, equal, expect, folder, kakoi, scan, test

LANDLOCK_CREATE_RULESET, VERSION = 444, 1  # the same number on every architecture


def has_landlock():
    return ctypes.CDLL(None).syscall(LANDLOCK_CREATE_RULESET, None, ctypes.c_size_t(0), VERSION) > 0


class Waiting:
    """A scan that waits for the next packet of its standard input, `ready` once it reads packets."""

    def __init__(self, *arguments):
        self.process = subprocess.Popen([harness.program, "scan", "-", *map(str, arguments)], stdin=subprocess.PIPE,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=harness.scratch)
        self.process.stdin.write(SAMPLE.read_bytes()[:20_000])
        self.process.stdin.flush()

    def __enter__(self):
        return self.process

    def __exit__(self, *_):
        self.process.stdin.close()
        self.errors = self.process.stderr.read().decode()
        self.process.wait()


def status_of(task):
    return dict(line.split(":\t", 1) for line in (task / "status").read_text().splitlines() if ":\t" in line)


@test
def every_thread_of_a_scan_is_confined():
    waiting = Waiting("--threads", "2", "--quiet", "-o", folder("out") / "new")
    with waiting as process:
        tasks = pathlib.Path(f"/proc/{process.pid}/task")
        until = time.monotonic() + 20
        while len(list(tasks.iterdir())) < 2 and time.monotonic() < until:
            time.sleep(0.01)
        equal(len(list(tasks.iterdir())), 2, "threads")
        for task in tasks.iterdir():
            status = status_of(task)
            equal((status["NoNewPrivs"], status["Seccomp"]), ("1", "2"), f"thread {task.name}")
            # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH and CAP_FOWNER, where it had them
            expect(int(status["CapPrm"], 16) & ~0b1110 == 0, f"thread {task.name} keeps {status['CapPrm']}")
            equal((status["CapInh"], status["CapAmb"]), ("0" * 16, "0" * 16), f"thread {task.name}")
    equal(waiting.errors.count("note:"), 0 if has_landlock() else 1, f"notes in {waiting.errors!r}")


@test
def scan_reaches_all_that_it_is_given():
    """In folders, behind links, packed, through pipes; and what each option names."""
    there = folder("given")
    (there / "captures" / "deep").mkdir(parents=True)
    (there / "elsewhere").mkdir()
    (there / "elsewhere" / "sample.pcapng").write_bytes(SAMPLE.read_bytes())
    (there / "captures" / "deep" / "linked.pcapng").symlink_to(there / "elsewhere" / "sample.pcapng")
    packed = there / "captures" / "closed.pcapng.gz"
    packed.write_bytes(subprocess.run(["gzip", "-c", CLOSED], check=True, capture_output=True).stdout)
    (there / "policy.yaml").symlink_to(POLICY)
    (there / "register.csv").write_bytes("name,ip\n計器,192.168.10.12\n".encode("cp932"))  # iconv loads a library for it
    (there / "key").write_text("a key")
    out = there / "a" / "b"
    kakoi("scan", there / "captures", "--policy", there / "policy.yaml", "--assets", there / "register.csv", "--rules",
          ROOT / "rules", "--pack", ROOT / "rules" / "timely", "--fingerprint-key", there / "key", "--export", "all",
          "--quiet", "-o", out, wanted=DONE)
    expect((out / "register.csv").is_file() and "計器" in (out / "register.csv").read_text(), "the register was not read")
    expect((out / "manifest.json").is_file(), "no manifest")
    kakoi("scan", there / "captures", "--quiet", "-o", out, wanted=DONE)  # removes the exports of the run before
    for name in ("register.csv", "netbox", "oscal-assessment-results.json"):
        expect(not (out / name).exists(), f"{name} is left of the run before")
    plain = scan(SAMPLE)
    for call in ('exec "$0" scan <(cat "$1") --quiet --evidence none -o "$2"',
                 'cat "$1" | "$0" scan /dev/stdin --quiet --evidence none -o "$2"'):
        out = folder("out")
        done = subprocess.run(["bash", "-c", call, harness.program, SAMPLE, out], capture_output=True, check=False)
        equal(done.returncode, DONE, f"{call}: {done.stderr.decode()}")
        equal((out / "assets.csv").read_bytes().count(b"\n"), (plain / "assets.csv").read_bytes().count(b"\n"), f"{call}: rows")


@test
def the_folder_that_holds_out_keeps_nothing_else():
    there = folder("holds")
    kakoi("scan", SAMPLE, "--quiet", "-o", there / "out", wanted=DONE)
    equal([path.name for path in there.iterdir()], ["out"], "beside OUT")
    missing = there / "missing"
    kakoi("scan", SAMPLE, "--policy", missing, "-o", there / "other")
    expect(not (there / "other").exists(), "OUT was made though the policy is missing")
