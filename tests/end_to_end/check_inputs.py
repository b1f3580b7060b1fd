"""What can't be read, is cut short or wrongly asked for: told in one line, and the rest is still processed."""
import contextlib
import fcntl
import gzip
import hashlib
import json
import os
import pathlib
import shutil
import signal
import sqlite3
import stat
import struct
import subprocess
import tempfile
import time

from scapy.utils import RawPcapNgReader

import harness
from harness import BAD_INPUT, CLOSED, DONE, OUTPUTS, POLICY, SAMPLE, database, equal, expect, folder, kakoi, scan, test


def blocks(data):
    """(end, is a packet) of each block of a little-endian pcapng file."""
    at = 0
    while at < len(data):
        kind, length = (int.from_bytes(data[at + i:at + i + 4], "little") for i in (0, 4))
        at += length
        yield at, kind == 6


@test
def of_a_capture_cut_short_everything_before_counts():
    data = SAMPLE.read_bytes()
    size = len(data) * 3 // 4
    whole = [packet for end, packet in blocks(data) if end <= size]
    expect(sum(end == size for end, _ in blocks(data)) == 0, "the cut is between two blocks")
    cut = folder("cut") / "cut.pcapng"
    cut.write_bytes(data[:size])
    out = folder("out")
    done = kakoi("scan", cut, "--out", out, wanted=DONE)
    with database(out) as db:
        packets, error = db.execute("select packets, error from capture").fetchone()
        (metric,) = db.execute("select value from coverage where metric = 'packets'").fetchone()
    equal(packets, sum(whole), "packets counted")
    equal(metric, sum(whole), "packets of the coverage")
    expect("cut short" in error, f"the database says {error!r}")
    expect("cut.pcapng" in done.stderr and error in done.stderr and done.stderr.count("\n") == 1, f"said: {done.stderr!r}")
    equal([c["error"] for c in json.loads((out / "inventory.json").read_text())["captures"]], [error], "inventory.json")
    expect(error in (out / "report.html").read_text(), "report.html does not say it")


@test
def a_capture_may_end_anywhere():
    data = SAMPLE.read_bytes()
    cut = folder("cut") / "cut.pcapng"
    ends = [end for end, _ in blocks(data)]
    for size in (5, 27, 28, 29, ends[0] + 3, ends[2] - 1, ends[2], ends[40] + 8, ends[40] + 30):
        cut.write_bytes(data[:size])
        done = kakoi("scan", cut, "--out", folder("out"))
        # of a file that ends before its header does nothing is told, and nothing is written
        equal(done.returncode, BAD_INPUT if size < 28 else DONE, f"{size} bytes: status, {done.stderr}")
        expect(bool(done.stderr) == (size not in ends), f"{size} bytes: said {done.stderr!r}")


def unreadable():
    """Inputs that yield nothing, by what is wrong with them."""
    there = folder("unreadable")
    (there / "notes.pcap").write_text("This is no capture at all, whatever it is called.\n")
    (there / "empty.pcapng").write_bytes(b"")
    (there / "no-captures").mkdir()
    (there / "no-captures" / "readme.txt").write_text("nothing here\n")
    (there / "nothing").mkdir()
    return [there / name for name in ("notes.pcap", "empty.pcapng", "no-captures", "nothing", "missing.pcap")]


@test
def an_input_that_cannot_be_read_is_named():
    for path in unreadable():
        out = folder("out")
        done = kakoi("scan", path, "--out", out, wanted=BAD_INPUT)
        lines = done.stderr.splitlines()
        equal(sum(str(path) in line for line in lines), 1, f"{path.name}: lines that name it in {lines}")
        expect(any("no capture could be read" in line for line in lines), f"{path.name}: {lines}")
        equal(list(out.iterdir()), [], f"{path.name}: written")


@test
def beside_it_good_captures_are_processed():
    bad = unreadable()
    out = folder("out")
    done = kakoi("scan", bad[0], SAMPLE, *bad[1:], "--out", out, wanted=BAD_INPUT)
    lines = done.stderr.splitlines()
    for path in bad:
        equal(sum(str(path) in line for line in lines), 1, f"lines that name {path.name} in {lines}")
    equal(len(lines), len(bad), "lines")
    for name in ("assets.csv", "links.csv", "evidence.pcapng"):
        expect((out / name).read_bytes() == (scan(SAMPLE) / name).read_bytes(), f"{name} differs from the scan of the good one alone")
    with database(out) as db:
        unread = db.execute("select source from capture where format = '' order by 1").fetchall()
        equal(unread, [("empty.pcapng",), ("notes.pcap",)], "what is told to have been left out")
        damaged = db.execute("select value, level, detail from coverage where metric = 'damaged_captures'").fetchone()
        equal(damaged, (2.0, "limited", "2 of 3 captures"), "coverage")


@test
def wrong_usage_is_told_in_a_line():
    missing = folder("empty") / "missing"
    for arguments, named in (
            (["frobnicate"], "frobnicate"),
            (["scan"], "scan"),
            (["scan", SAMPLE, "--frobnicate"], "--frobnicate"),
            (["scan", SAMPLE, "--lang", "xx"], "xx"),
            (["scan", SAMPLE, "--fail-on", "urgent"], "urgent"),
            (["scan", SAMPLE, "--threads", "many"], "many"),
            (["scan", SAMPLE, "--threads", "0"], "--threads"),
            (["scan", SAMPLE, "--threads", "-1"], "--threads"),
            (["scan", SAMPLE, "--out", ""], "--out"),
            (["scan", SAMPLE, "--policy", missing], missing),
            (["scan", SAMPLE, "--policy", missing.parent], missing.parent),
            (["scan", SAMPLE, "--rules", missing], missing),
            (["scan", SAMPLE, "--fingerprint-key", missing], missing),
            (["assess"], "assess"),
            (["assess", missing], missing),
            (["assess", POLICY], POLICY),
            (["query"], "query"),
            (["query", missing, "select 1"], missing),
            (["query", scan(SAMPLE) / "inventory.db", "selec 1"], "selec"),
            (["query", scan(SAMPLE) / "inventory.db", "delete from asset"], "readonly"),
            (["slice"], "slice"),
            (["slice", missing, "0", SAMPLE], missing),
            (["slice", scan(SAMPLE) / "inventory.db", SAMPLE], "finding"),
            (["slice", scan(SAMPLE) / "inventory.db", "zz", SAMPLE], "zz"),
            (["verify"], "verify"),
            (["verify", missing], missing),
            (["verify", scan(SAMPLE), "--public-key", missing], missing),
            (["scan", SAMPLE, "--sign", missing], missing),
            (["scan", SAMPLE, "--sign", POLICY], POLICY),
            (["scan", SAMPLE, "--evidence", "some"], "some"),
            (["rules", "frobnicate"], "rules"),
            (["rules", "show", "no-such-rule"], "no-such-rule"),
            (["rules", "check", missing], missing),
            (["policy"], "policy"),
            (["policy", "check", missing], missing),
            (["policy", "init", missing], missing),
            (["protocols", "frobnicate"], "protocols")):
        done = kakoi(*arguments, wanted=BAD_INPUT)
        lines = done.stderr.splitlines()
        call = " ".join(map(str, arguments))
        expect(len(lines) == 1 and str(named) in lines[0], f"{call}: {lines} does not name {named} in one line")
        expect(not (done.stdout and arguments[0] != "query"), f"{call}: on standard output: {done.stdout!r}")
    expect(not (harness.scratch / "kakoi-out").exists(), "something was written in spite of that")


@test
def mistakes_in_a_policy_are_named_by_line_and_column():
    policy = folder("policy") / "site.yaml"
    policy.write_text("site: Works\n"
                      "zones:\n"
                      "  - {id: control, kind: ot, colour: red}\n"       # a key that there is not: column 29
                      "  - {id: office, kind: it, members: [{cidr: 10.0.0.0/40}]}\n")
    for arguments in (["policy", "check", policy], ["scan", SAMPLE, "--policy", policy], ["assess", scan(SAMPLE) / "inventory.db", "--policy", policy]):
        done = kakoi(*arguments, wanted=BAD_INPUT)
        expect(f"{policy}:3:29: " in done.stderr and "colour" in done.stderr, f"{arguments[0]}: {done.stderr}")
        expect(f"{policy}:4:" in done.stderr and "10.0.0.0/40" in done.stderr, f"{arguments[0]}: {done.stderr}")
        equal(len(done.stderr.splitlines()), 2, f"{arguments[0]}: lines")
    policy.write_text("zones: [\n")
    expect(f"{policy}:2:1: " in kakoi("policy", "check", policy, wanted=BAD_INPUT).stderr, "no place for broken YAML")


@test
def a_place_that_cannot_be_written_is_told_before_reading():
    file = folder("file") / "file"
    file.write_text("stays")
    for out in (file, file / "below"):
        for arguments in (["scan", SAMPLE], ["assess", scan(SAMPLE) / "inventory.db"]):
            done = kakoi(*arguments, "--out", out, wanted=BAD_INPUT)
            expect(len(done.stderr.splitlines()) == 1 and str(file) in done.stderr, f"{arguments[0]}: {done.stderr!r}")
    equal(file.read_text(), "stays", "the file in the way")
    out = folder("out")  # an output's name is taken by a folder
    (out / "inventory.json" / "mine").mkdir(parents=True)
    done = kakoi("scan", CLOSED, "--out", out)
    expect(done.returncode not in (0, 1) and str(out / "inventory.json") in done.stderr, f"{done.returncode}: {done.stderr!r}")
    expect((out / "inventory.json" / "mine").is_dir(), "the folder in the way is gone")
    expect(not (out / "manifest.json").exists(), "a manifest of half a run")
    equal([name for name in os.listdir(out) if name.startswith(".") or name.endswith((".tmp", ".part"))], [], "left behind")


@test
def links_in_the_output_folder_are_replaced_not_followed():
    victim = folder("victim") / "victim"
    victim.write_text("mine")
    out = folder("out")
    names = OUTPUTS + [".inventory.db.part"]
    for name in names:
        (out / name).symlink_to(victim)
    kakoi("scan", CLOSED, "--out", out, wanted=DONE)
    equal(victim.read_text(), "mine", "the file behind the links")
    for name in OUTPUTS:
        expect((out / name).is_file() and not (out / name).is_symlink(), f"{name} is no file of its own")
    equal(sorted(os.listdir(out)), OUTPUTS, "files")


@test
def what_a_folder_hides_is_named():
    place, elsewhere = folder("captures"), folder("elsewhere")
    (place / "plant.pcapng").symlink_to(SAMPLE)
    (place / "linked").symlink_to(elsewhere)
    (place / "gone.pcap").symlink_to("nowhere")
    done = kakoi("scan", place, "--out", folder("out"), "--quiet", wanted=BAD_INPUT)
    for told in (f"{place}/linked: a link to a folder", f"{place}/gone.pcap: a link that leads nowhere"):
        expect(told in done.stderr, f"{told!r} is not in {done.stderr!r}")


@test
def an_inventory_is_not_written_over_by_what_is_made_of_it():
    out = harness.scan_again(CLOSED)
    before = (out / "inventory.db").read_bytes()
    for command in ("assess", "merge"):
        done = kakoi(command, out / "inventory.db", "--out", out, wanted=BAD_INPUT)
        expect("name another folder" in done.stderr, done.stderr)
    equal((out / "inventory.db").read_bytes(), before, "the inventory given")


@test
def what_is_no_inventory_is_told():
    other = folder("other") / "notes.db"
    other.write_text("not a database")
    for command in (["query", other, "select 1"], ["assess", other], ["merge", other], ["policy", "init", other]):
        done = kakoi(*command, wanted=BAD_INPUT)
        expect("notes.db: not an inventory of kakoi" in done.stderr, done.stderr)
    done = kakoi("query", other.parent / "none.db", "select 1", wanted=BAD_INPUT)
    expect("none.db: no such file" in done.stderr, done.stderr)
    equal(kakoi("query", scan(CLOSED), "select 1 as one", wanted=DONE).stdout, "one\n1\n", "a folder of outputs")


@test
def the_first_errors_name_the_thing_and_say_what_to_do():
    place = folder("errors")
    (place / "wide.yaml").write_text("site： 工場\n")
    told = {
        ("scna", SAMPLE): ["no command 'scna' (did you mean 'scan'?)", "kakoi --help"],
        ("scan", SAMPLE, "--polcy", POLICY): ["'--polcy' (did you mean '--policy'?)", "kakoi scan --help"],
        ("scan", SAMPLE, "--lang", "de"): ["--lang takes ja or en, not 'de'", "kakoi scan --help"],
        ("scan", SAMPLE, "-p", place / "wide.yaml"): ["wide.yaml:1:1:", "'：' is another character, write ':'"],
        ("scan", SAMPLE, "-o", "/proc/none"): ["/proc/none: can't be made", "name another folder with --out"],
        ("assess", place / "none.db"): ["none.db: no such file; name the inventory.db that a scan has written, or its folder"],
    }
    for call, words in told.items():
        done = kakoi(*call, wanted=BAD_INPUT)
        for word in words:
            expect(word in done.stderr, f"{call}: {done.stderr}")


@test
def what_may_not_be_read_or_written_is_told_to_who_is_not_root():
    place = pathlib.Path(tempfile.mkdtemp(prefix="kakoi-errors-"))
    try:
        place.chmod(0o755)
        (place / "closed").mkdir(mode=0o555)
        (place / "open").mkdir()
        (place / "open").chmod(0o777)
        shutil.copy(SAMPLE, place / "mine.pcapng")
        (place / "mine.pcapng").chmod(0o000)
        as_another = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}
        for out, words in (("open/out", "mine.pcapng: no permission to read it; have its owner make it readable"),
                           ("closed", "closed: can't be written: Permission denied; name another folder with --out")):
            done = subprocess.run([harness.program, "scan", place / "mine.pcapng", "-o", place / out], capture_output=True, check=False,
                                  env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}, timeout=60, **as_another)
            equal(done.returncode, BAD_INPUT, "status")
            expect(words in done.stderr.decode(), done.stderr.decode())
    except PermissionError:
        pass  # the program lies where nobody else may look
    finally:
        shutil.rmtree(place, ignore_errors=True)


@test
def an_interrupted_scan_writes_what_it_has_read():
    """Each second packet comes by a pipe: while the scan waits for it, the file is not read to its end."""
    place = folder("interrupted")
    packets = list(RawPcapNgReader(str(SAMPLE)))[:3000]

    def pcap(chosen):
        yield struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 262144, 1)
        for data, told in chosen:
            ts = (told.tshigh << 32 | told.tslow) * (10**9 // told.tsresol)
            yield struct.pack("<IIII", ts // 10**9, ts % 10**9, len(data), len(data)) + data

    half, later = place / "half.pcap", place / "later.pcap"
    half.write_bytes(b"".join(pcap(packets[0::2])))
    later.write_bytes(b"".join(pcap([(data, told) for data, told in packets[:10]])))
    with open(later, "r+b") as file:  # a year on
        octets = bytearray(file.read())
        at = 24
        while at < len(octets):
            seconds, _, length, _ = struct.unpack_from("<IIII", octets, at)
            struct.pack_into("<I", octets, at, seconds + 365 * 86400)
            at += 16 + length
        file.seek(0)
        file.write(octets)
    os.mkfifo(place / "pipe")
    out = place / "out"
    run = subprocess.Popen([harness.program, "scan", half, later, place / "pipe", "-q", "--out", out], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=place,
                           preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
    with open(place / "pipe", "wb") as pipe:
        records = list(pcap(packets[1::2]))
        pipe.write(b"".join(records[:751]))
        pipe.flush()
        time.sleep(2)  # it waits for the rest
        run.send_signal(signal.SIGINT)
        pipe.write(b"".join(records[751:]))
    told = run.communicate(timeout=120)[1].decode()
    equal(run.returncode, BAD_INPUT, "status")
    expect("kakoi: interrupted; what was read so far is written" in told, told)
    db = database(out)
    found = dict(db.execute("select source, packets from capture"))
    equal(found["pipe"], 1500, "a pipe is read to its end")
    expect(0 < found["half.pcap"] < 1500, f"of the file what was read before: {found}")
    errors = dict(db.execute("select source, error from capture"))
    equal(errors["half.pcap"], f"reading was interrupted after packet {found['half.pcap']}; everything before it counts", "the file's error")
    equal(errors["later.pcap"], "not read: the scan was interrupted", "the file behind it")
    hashes = dict(db.execute("select source, sha256 from capture"))
    equal(hashes["half.pcap"], hashlib.sha256(half.read_bytes()).hexdigest(), "the hash is the whole file's")
    expect(db.execute("select level from coverage where metric = 'damaged_captures'").fetchone()[0] == "limited", "coverage tells")
    kakoi("verify", out, wanted=DONE)
    verified = kakoi("verify", out, half, wanted=BAD_INPUT)
    expect("interrupted" in verified.stdout + verified.stderr, f"verify says that it was interrupted: {verified.stdout}{verified.stderr}")


@test
def what_is_wrong_with_a_named_file_is_told():
    place = folder("named")
    for option in ("--policy", "--assets", "--framework", "--fingerprint-key", "--sign"):
        for path, why in ((place / "none", "No such file or directory"), (place, "is a folder; name a file")):
            done = kakoi("scan", CLOSED, option, path, "-q", "--out", place / "out", wanted=BAD_INPUT)
            expect(f"{path}: " in done.stderr and why in done.stderr, f"{option}: {done.stderr}")
    expect(not (place / "out").exists(), "nothing is begun")


@test
def a_capture_without_packets_is_no_clean_bill():
    empty = folder("empty") / "empty.pcap"
    empty.write_bytes(bytes.fromhex("d4c3b2a1020004000000000000000000000004 0001000000".replace(" ", "")))
    out = folder("out")
    done = kakoi("scan", empty, "-o", out, "--lang", "en", "--fail-on", "info")
    equal(done.returncode, 1, "findings: " + done.stderr)
    found = database(out).execute("select detail_en from finding where rule_id = 'capture-blind-spot'").fetchall()
    expect(any("hold no packet" in detail for detail, in found), str(found))


@test
def a_capture_and_its_packed_copy_count_once():
    given = folder("given")
    (given / "b.pcapng").write_bytes(CLOSED.read_bytes())
    (given / "a.pcapng.gz").write_bytes(gzip.compress(CLOSED.read_bytes()))
    out = folder("out")
    kakoi("scan", given, "-o", out, "--quiet", wanted=DONE)
    equal(database(out).execute("select count(*), sum(packets) from capture").fetchone(),
          database(scan(CLOSED)).execute("select count(*), sum(packets) from capture").fetchone(), "captures")


@test
def archives_beside_captures_are_told():
    given = folder("given")
    shutil.copy(CLOSED, given / "sunday.pcapng")
    (given / "monday.zip").write_bytes(b"PK\x03\x04" + bytes(60))
    (given / "notes.txt").write_text("nothing")
    done = kakoi("scan", given, "-o", folder("out"), "--quiet", wanted=BAD_INPUT)
    expect("monday.zip: not a capture but a ZIP archive" in done.stderr and "notes" not in done.stderr, done.stderr)


@test
def what_is_read_is_not_written_over():
    out = folder("own")
    capture = out / "evidence.pcapng"
    shutil.copy(CLOSED, capture)
    register = folder("register") / "register.csv"
    register.write_text("name,IP address\nPLC,192.0.2.7\n")
    beside = folder("beside")
    (beside / "register.csv").hardlink_to(register)
    surveys = [folder("then"), folder("now")]
    for survey in surveys:
        kakoi("scan", CLOSED, "-o", survey, "--quiet", wanted=DONE)
    inventory, manifest = surveys[0] / "inventory.db", surveys[1] / "manifest.json"
    cited = folder("cited") / "inventory.db"
    shutil.copy(scan(SAMPLE) / "inventory.db", cited)
    finding = database(scan(SAMPLE)).execute("select finding_id from finding limit 1").fetchone()[0]
    kept = {path: path.read_bytes() for path in (capture, register, inventory, manifest, cited)}
    for command in (["scan", out, "-o", out], ["scan", capture, "-o", out],
                    ["scan", CLOSED, "--assets", register, "-o", beside],
                    ["slice", cited, finding, SAMPLE, "-o", cited],
                    ["diff", *surveys, "--json", inventory], ["diff", *surveys, "--html", manifest]):
        done = kakoi(*command, wanted=BAD_INPUT)
        expect("would be written over" in done.stderr, f"{command}: {done.stderr}")
    for path, data in kept.items():
        equal(path.read_bytes(), data, path.name)


@test
def an_inventory_of_a_later_version_is_not_misread():
    later = folder("later") / "inventory.db"
    shutil.copy(scan(CLOSED) / "inventory.db", later)
    with contextlib.closing(sqlite3.connect(later)) as db, db:
        db.execute("update meta set value = '99' where key = 'schema_version'")
    for command in (["query", later, "select 1"], ["assess", later], ["merge", later], ["diff", scan(CLOSED), later]):
        done = kakoi(*command, "--out", folder("out"), wanted=BAD_INPUT) if command[0] in ("assess", "merge") else \
            kakoi(*command, wanted=BAD_INPUT)
        expect("inventory.db: written by a later kakoi (schema 99" in done.stderr, done.stderr)


@test
def an_inventory_with_triggers_is_refused():
    planted = folder("planted") / "inventory.db"
    shutil.copy(scan(CLOSED) / "inventory.db", planted)
    with contextlib.closing(sqlite3.connect(planted)) as db, db:
        db.execute("create trigger clean after insert on finding begin delete from finding; end")
    for command in (["query", planted, "select 1"], ["assess", planted, "--out", folder("out")], ["merge", planted, "--out", folder("out")]):
        done = kakoi(*command, wanted=BAD_INPUT)
        expect("inventory.db: altered: it holds triggers" in done.stderr, done.stderr)


@test
def two_at_a_time_do_not_write_into_one_folder():
    out = folder("out")
    held = os.open(out, os.O_RDONLY)
    fcntl.flock(held, fcntl.LOCK_EX)
    done = kakoi("scan", CLOSED, "--out", out, "--quiet", wanted=BAD_INPUT)
    expect("another kakoi writes into this folder" in done.stderr, done.stderr)
    os.close(held)
    kakoi("scan", CLOSED, "--out", out, "--quiet", wanted=DONE)


@test
def captures_of_one_name_and_names_in_other_encodings_can_be_verified():
    place = folder("captures")
    for part in ("a", "b"):
        (place / part).mkdir()
    (place / "b" / "x.pcapng").write_bytes(SAMPLE.read_bytes())
    subprocess.run(["editcap", "-r", SAMPLE, place / "a" / "x.pcapng", "1-3000"], check=True)  # the same first packet
    with open(os.fsencode(place) + b"/\x93\xfa\x96{.pcapng", "wb") as file:  # CP932
        file.write(CLOSED.read_bytes())
    out = folder("out")
    kakoi("scan", place, "--out", out, "--quiet", wanted=DONE)
    kakoi("verify", out, place, wanted=DONE)
    (place / "a").rename(place / "z")
    again = folder("out")
    kakoi("scan", place, "--out", again, "--quiet", wanted=DONE)
    equal((again / "inventory.db").read_bytes() == (out / "inventory.db").read_bytes(), True, "whatever the folders are called")


@test
def a_pipe_that_is_named_is_written_to():
    out = scan(CLOSED)
    pipe = folder("pipe") / "changes"
    os.mkfifo(pipe)
    told = pipe.parent / "told"
    with open(told, "wb") as file, subprocess.Popen(["cat", pipe], stdout=file):
        kakoi("diff", out, out, "--json", pipe, wanted=DONE)
    equal(json.loads(told.read_text())["schema"], "kakoi-diff/2", "what went through the pipe")
    expect(stat.S_ISFIFO(pipe.stat().st_mode), "the pipe was replaced")


@test
def standard_output_that_takes_nothing_is_told():
    out = scan(CLOSED)
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = subprocess.run([harness.program, "policy", "init", out], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    equal(done.returncode, 3, "exit status")
    expect("standard output: can't be written" in done.stderr, done.stderr)
