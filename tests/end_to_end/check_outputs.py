"""What the outputs say: the captures' known content, and that every row names packets that exist."""
import csv
import json
import re
import shutil
import sqlite3
import subprocess

import yaml

import expectations
from harness import FINDINGS, OUTPUTS, PCAPS, POLICY, ROOT, SAMPLE, CLOSED, database, equal, expect, folder, kakoi, scan, test

EXPECTED = yaml.safe_load((PCAPS / "expected.yaml").read_text())["captures"]
CALLS = [(PCAPS / name, *(("--policy", PCAPS / e["policy"]) if e["policy"] else ())) for name, e in EXPECTED.items()]


@test
def of_an_earlier_run_nothing_stays_beside_a_later_one():
    out = folder("broken-off")
    shutil.copytree(scan(SAMPLE), out, dirs_exist_ok=True)
    (out / "links.csv").unlink()
    (out / "links.csv" / "in-the-way").mkdir(parents=True)  # so that writing breaks off
    done = kakoi("scan", CLOSED, "--policy", POLICY, "--quiet", "--out", out)
    expect(done.returncode not in (0, FINDINGS) and "links.csv" in done.stderr, f"status {done.returncode}: {done.stderr}")
    expect(not (out / "manifest.json").exists(), "a manifest of outputs that are not all there")
    later = scan(CLOSED, "--policy", POLICY)
    for name in OUTPUTS:
        if (out / name).is_file():
            expect((out / name).read_bytes() == (later / name).read_bytes(), f"{name} is of the scan before")


@test
def findings_are_the_expected_ones():
    for call, expected in zip(CALLS, EXPECTED.values()):
        with database(scan(*call)) as db:
            for line in expectations.compare_findings(db, expected):
                expect(False, f"{call[0].name}: {line}")


@test
def assets_and_services_are_the_expected_ones():
    for call, expected in zip(CALLS, EXPECTED.values()):
        with database(scan(*call)) as db:
            for line in expectations.compare_assets(db, expected):
                expect(False, f"{call[0].name}: {line}")


@test
def fail_on_decides_the_exit_status():
    kakoi("scan", SAMPLE, "--fail-on", "critical", "--out", scan(SAMPLE), wanted=FINDINGS)
    kakoi("scan", SAMPLE, "--fail-on", "info", "--out", scan(SAMPLE), wanted=FINDINGS)
    kakoi("scan", CLOSED, "--policy", POLICY, "--fail-on", "info", "--out", scan(CLOSED, "--policy", POLICY), wanted=0)
    with database(scan(CLOSED)) as db:  # no policy: the worst there is decides
        severities = {s for (s,) in db.execute("select severity from finding where accepted = 0")}
    order = ["critical", "high", "medium", "low", "info"]
    for i, severity in enumerate(order):
        wanted = FINDINGS if severities & set(order[:i + 1]) else 0
        kakoi("scan", CLOSED, "--fail-on", severity, "--out", scan(CLOSED), wanted=wanted)


@test
def the_manual_names_the_columns():
    told, file = {}, ""
    for line in (ROOT / "docs" / "csv.md").read_text().splitlines():
        if line.startswith("## "):
            file = line.split()[1].rstrip(":")
        elif line.startswith("| ") and "`--lang" not in line:
            cells = [cell.strip() for cell in line.split("|")[1:3]]
            told.setdefault(file, []).append(cells)
    for column, language in enumerate(("en", "ja")):
        out = scan(CLOSED, "--policy", POLICY, "--lang", language)
        for name, columns in told.items():
            with open(out / name, newline="", encoding="utf-8-sig") as table:
                equal([cells[column] for cells in columns], next(csv.reader(table)), f"{name} in {language}")
    equal(sorted(told), ["assets.csv", "links.csv", "register.csv", "verdicts.csv"], "files")


@test
def the_manifest_is_as_the_manual_says():
    chain = (ROOT / "docs" / "evidence.md").read_text().split("## The chain")[1].split("```")[0]
    fields, kinds = set(), set()
    for names, text in re.findall(r"^\| (`.*?) \| (.*) \|$", chain, re.M):
        fields |= set(re.findall(r"`(\w+)", names))
        kinds |= set(re.findall(r"`([a-z ]+?)(?: …)?`", text)) if names == "`inputs[]`" else set()
    manifest = json.loads((scan(CLOSED, "--policy", POLICY) / "manifest.json").read_text())
    equal(set(manifest) - fields, set(), "fields that the manual does not name")
    equal(fields - set(manifest), set(), "fields of the manual that are not there")
    equal({re.sub("^rule pack .*", "rule pack", i["kind"]) for i in manifest["inputs"]} - kinds, set(), "kinds of inputs")


@test
def the_folder_holds_what_the_manifest_lists():
    for call in CALLS:
        out = scan(*call)
        outputs = sorted(OUTPUTS + (["register.csv"] if len(call) > 1 else []))  # the policy names devices
        equal(sorted(f.name for f in out.iterdir()), outputs, "files")
        manifest = json.loads((out / "manifest.json").read_text())
        equal(sorted(o["path"] for o in manifest["outputs"]), [n for n in outputs if n != "manifest.json"], "listed")
        listed = {o["path"]: (o["sha256"], o["bytes"]) for o in manifest["outputs"]}
        listed |= {i["name"]: (i["sha256"], i["bytes"]) for i in manifest["inputs"] if i["kind"] == "capture"}
        for name, (digest, size) in listed.items():
            file = out / name if name in outputs else PCAPS / name
            told = subprocess.run(["sha256sum", file], capture_output=True, text=True, check=True).stdout.split()[0]
            equal((digest, size), (told, file.stat().st_size), name)
        if len(call) > 1:
            told = subprocess.run(["sha256sum", POLICY], capture_output=True, text=True, check=True).stdout.split()[0]
            equal([i["sha256"] for i in manifest["inputs"] if i["kind"] == "policy"], [told], "policy")


@test
def json_and_csv_are_well_formed():
    for call in CALLS:
        out = scan(*call)
        for name in ("inventory.json", "findings.json", "manifest.json"):
            document = json.loads((out / name).read_bytes().decode("utf-8"))
            expect(document["schema"].startswith("kakoi-"), f"{name}: no schema named")
        for name, minimum in (("assets.csv", 10), ("links.csv", 10)):
            rows = list(csv.reader((out / name).read_text(encoding="utf-8-sig").splitlines()))
            expect(len(rows) > minimum, f"{name}: {len(rows)} rows")
            equal({len(row) for row in rows}, {len(rows[0])}, f"{name}: columns")
            equal(len(set(rows[0])), len(rows[0]), f"{name}: different head names")


@test
def counts_agree_between_outputs():
    for call in CALLS:
        out = scan(*call)
        inventory, findings = (json.loads((out / f"{name}.json").read_text()) for name in ("inventory", "findings"))
        with database(out) as db:
            for table, rows in (("asset", inventory["assets"]), ("link", inventory["links"]), ("operation", inventory["operations"]),
                                ("finding", findings["findings"])):
                equal(len(rows), db.execute(f"select count(*) from {table}").fetchone()[0], table)
        links = list(csv.reader((out / "links.csv").read_text(encoding="utf-8-sig").splitlines()))
        equal(len(links) - 1, len(inventory["links"]), "links.csv")


@test
def every_row_names_packets_that_exist():
    for call in CALLS:
        out = scan(*call)
        with database(out) as db:
            db.row_factory = sqlite3.Row
            tables = [r[0] for r in db.execute("select name from sqlite_master where type = 'table'")]
            columns = [(t, c["name"], c["notnull"]) for t in tables for c in db.execute(f"pragma table_info({t})")
                       if c["name"].endswith("packet_id")]
            expect(len(columns) > 15, f"only {columns}")
            for table, column, required in columns:
                (lost,) = db.execute(f"select count(*) from {table} where {column} not in (select packet_id from packet)"
                                     + (f" or {column} is null" if required else "")).fetchone()
                equal(lost, 0, f"{call[0].name}: {table}.{column} that names no packet")
            (bare,) = db.execute("select count(*) from finding where finding_id not in (select finding_id from finding_packet)").fetchone()
            equal(bare, 0, f"{call[0].name}: findings without a packet")
            (wrong,) = db.execute("select count(*) from packet p left join capture c using (capture_id)"
                                  " where p.number not between 1 and coalesce(c.packets, 0)"
                                  " or p.ts not between c.first_ts and c.last_ts").fetchone()
            equal(wrong, 0, f"{call[0].name}: packets outside their capture")
            equal(list(map(tuple, db.execute("pragma foreign_key_check"))), [], f"{call[0].name}: foreign keys")
            equal(db.execute("pragma integrity_check").fetchone()[0], "ok", "integrity")
        findings = json.loads((out / "findings.json").read_text())["findings"]
        for finding in findings:
            expect(finding["packets"] and all(p["source"] == call[0].name and p["number"] > 0 for p in finding["packets"]),
                   f"{finding['rule']}: {finding['packets']}")


@test
def packet_numbers_and_times_are_those_of_wireshark():
    with database(scan(SAMPLE)) as db:
        cited = dict(db.execute("select number, ts from packet where packet_id in (select packet_id from finding_packet) order by number"))
    expect(len(cited) >= 10, f"only {len(cited)} packets are cited")
    told = subprocess.run(["tshark", "-r", SAMPLE, "-T", "fields", "-e", "frame.number", "-e", "frame.time_epoch"],
                          capture_output=True, text=True, check=True).stdout.split()
    times = {int(number): int(time.replace(".", "").ljust(len(time.split(".")[0]) + 9, "0")) for number, time in zip(told[::2], told[1::2])}
    for number, time in cited.items():
        equal(time, times.get(number), f"time of packet {number}")


@test
def filters_of_findings_select_the_packet_in_wireshark():
    findings = json.loads((scan(SAMPLE) / "findings.json").read_text())["findings"]
    filters = {f["packets"][0]["wireshark_filter"]: f["packets"][0]["number"] for f in findings}
    for text, number in list(filters.items())[:10]:
        told = subprocess.run(["tshark", "-r", SAMPLE, "-Y", text, "-T", "fields", "-e", "frame.number"],
                              capture_output=True, text=True, check=False)
        expect(str(number) in told.stdout.split(), f"{text} does not select packet {number}: {told.stdout[:80]} {told.stderr}")
