#!/usr/bin/env python3
"""The bundle for machines without network runs where nothing else is: in a root folder that holds it alone. Its scan writes
the same inventory as the program that it was made from, with makers' names and a register in Shift_JIS.
Usage: bundle.py BUILD_FOLDER (with target bundle built)
Ends with the line "N passed, N failed"; status 77 where folders can't be made a root."""
import hashlib
import json
import os
import pathlib
import subprocess
import sys
import tarfile
import tempfile

from counted import conclude, expect

REGISTER = "名称,IPアドレス,ゾーン\n計器盤１号,192.168.10.12,\n".encode("cp932")
# /proc shows the program where it lies; the new root has no shell, so the linker is run from outside
IN_ROOT = 'mount -t proc proc "$1/proc" && root=$1 && shift && exec chroot "$root" "$@"'


def run(*command):
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False,
                          env={"PATH": os.environ["PATH"], "SOURCE_DATE_EPOCH": "1700000000", "LC_ALL": "C.UTF-8"})


def can_change_root(empty):
    (empty / "proc").mkdir(parents=True)
    return run("unshare", "--mount", "sh", "-c", 'mount -t proc proc "$1/proc"', "sh", empty).returncode == 0


def without_note_on_kernel(text):
    return "".join(line for line in text.splitlines(True) if "guarded by their permissions alone" not in line)


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    packed, = build.glob("kakoi-*-linux-*.tar.gz")
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        if not can_change_root(scratch / "empty"):
            print("bundle: this machine makes no folder a root")
            return 77
        with tarfile.open(packed) as tar:
            tar.extractall(scratch / "root")
        (scratch / "root/proc").mkdir()
        bundle, = (scratch / "root").glob("kakoi-*")
        (bundle / "ledger.csv").write_bytes(REGISTER)
        linker, = (bundle / "lib").glob("ld-*")
        inside = pathlib.Path("/") / bundle.name

        wanted = run(build / "kakoi", "scan", bundle / "pcaps/sample-plant.pcapng", "--assets", bundle / "ledger.csv", "-o", scratch / "plain")
        expect(wanted.returncode == 0, wanted.stderr)
        alone = run("env", f"GCONV_PATH={inside}/lib/gconv", "unshare", "--mount", "sh", "-c", IN_ROOT, "sh", scratch / "root",
                    inside / "lib" / linker.name, "--library-path", inside / "lib", inside / "lib/kakoi",
                    "scan", inside / "pcaps/sample-plant.pcapng", "--assets", inside / "ledger.csv", "-o", "/out")
        expect(alone.returncode == 0 and without_note_on_kernel(alone.stderr) == without_note_on_kernel(wanted.stderr),
               f"status {alone.returncode}: {alone.stderr}")
        started = run(bundle / "kakoi", "scan", bundle / "pcaps/sample-plant.pcapng", "--assets", bundle / "ledger.csv", "-o", scratch / "started")
        expect(started.returncode == 0, started.stderr)
        digest = hashlib.sha256((build / "kakoi").read_bytes()).hexdigest()
        for out in (scratch / "root/out", scratch / "started"):
            for name in ("inventory.db", "register.csv", "evidence.pcapng"):
                expect((out / name).exists() and (out / name).read_bytes() == (scratch / "plain" / name).read_bytes(), f"{out.name}/{name}")
            manifest = json.loads((out / "manifest.json").read_text())
            expect({"kind": "program", "sha256": digest}.items() <= next(i for i in manifest["inputs"] if i["kind"] == "program").items(),
                   "the manifest names another program")
        expect("計器盤１号" in (scratch / "plain/register.csv").read_text(), "the register's text")
        bill = json.loads((bundle / "share/doc/kakoi/kakoi.cdx.json").read_text())
        expect(bill["metadata"]["component"]["hashes"][0]["content"] == digest, "the bill of materials is of another program")
        expect(list((bundle / "share/doc").glob("libtins*/copyright")), "the libraries' licences")
    return conclude()


if __name__ == "__main__":
    sys.exit(main())
