"""The same captures, policy and version give the same bytes."""
import json
import shutil

from harness import CLOSED, OUTPUTS, POLICY, SAMPLE, equal, expect, folder, scan, scan_again, test


def same_bytes(one, other, but=()):
    for name in OUTPUTS:
        if name not in but:
            expect((one / name).read_bytes() == (other / name).read_bytes(), f"{name} differs")


@test
def two_runs():
    for arguments in ((SAMPLE,), (CLOSED, "--policy", POLICY)):
        same_bytes(scan(*arguments), scan_again(*arguments))


@test
def only_the_manifest_holds_the_time_of_the_run():
    early, late = scan_again(SAMPLE, epoch="1600000000"), scan_again(SAMPLE, epoch=None)
    same_bytes(early, late, but=["manifest.json"])
    manifests = [json.loads((out / "manifest.json").read_text()) for out in (early, late)]
    equal(manifests[0].pop("created"), "2020-09-13T12:26:40Z", "created")
    expect(manifests[1].pop("created") > "2024", "without SOURCE_DATE_EPOCH the clock counts")
    equal(manifests[0], manifests[1], "manifest but for its time")


@test
def any_number_of_threads():
    for captures in ((SAMPLE,), (SAMPLE, CLOSED)):
        one = scan(*captures, "--threads", 1)
        for threads in (2, 5):
            same_bytes(one, scan(*captures, "--threads", threads))


@test
def any_order_of_captures_and_a_folder_of_them():
    captures = folder("captures")
    for index, capture in enumerate((SAMPLE, CLOSED)):
        (captures / str(index)).mkdir()
        shutil.copy(capture, captures / str(index))
    (captures / "notes.txt").write_text("not a capture")
    forth = scan(SAMPLE, CLOSED)
    same_bytes(forth, scan(CLOSED, SAMPLE))
    same_bytes(forth, scan(captures))


@test
def a_capture_given_twice_counts_once():
    same_bytes(scan(SAMPLE), scan(SAMPLE, SAMPLE.parent / "." / SAMPLE.name))
    copy = folder("copy") / SAMPLE.name
    shutil.copy(SAMPLE, copy)
    same_bytes(scan(SAMPLE), scan(copy, SAMPLE))


@test
def standard_input_reads_as_the_file():
    piped = scan("-", stdin=SAMPLE.read_bytes())
    for name in ("inventory.json", "findings.json"):
        text = (piped / name).read_text()
        expect("standard input" in text, f"{name}: no source named")
        equal(json.loads(text.replace("standard input", SAMPLE.name)), json.loads((scan(SAMPLE) / name).read_text()), name)
