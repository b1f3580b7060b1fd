"""--advisories: CSAF documents of a folder compared with the devices of the sample capture, which names a Modicon M340
(BMX P34 2020, firmware v2.70, by Modbus 43/14) and a SCADAPack 334 (firmware 8.14.2, by DNP3 device attributes)."""
import json

from harness import BAD_INPUT, DONE, SAMPLE, database, equal, expect, folder, kakoi, scan_again, test


def advisory(ident, vendor, product, versions, cve, **more):
    return {"document": {"csaf_version": "2.0", "category": "csaf_security_advisory", "title": f"{product} weakness",
                         "publisher": {"name": "Example CERT", "category": "coordinator"},
                         "tracking": {"id": ident, "status": "final", "version": "1",
                                      "current_release_date": "2024-05-01T00:00:00Z"}},
            "product_tree": {"branches": [{"category": "vendor", "name": vendor, "branches": [
                {"category": "product_name", "name": product, "branches": [
                    {"category": "product_version_range", "name": versions,
                     "product": {"product_id": "P1", "name": product}}]}]}]},
            "vulnerabilities": [{"cve": cve, "product_status": {"known_affected": ["P1"]},
                                 "scores": [{"products": ["P1"], "cvss_v3": {"baseScore": 9.8}}],
                                 "remediations": [{"category": "vendor_fix", "details": "Install version 9.",
                                                   "product_ids": ["P1"]}], **more}]}


def advisories():
    out = folder("csaf")
    (out / "2024").mkdir()
    for document in (advisory("EX-24-01", "Schneider Electric SE", "Modicon M340", "< 3.01", "CVE-2024-0001"),
                     advisory("EX-24-02", "Schneider Electric", "Modicon M340", ">= 3.0 | < 3.20", "CVE-2024-0002"),
                     advisory("EX-24-03", "Schneider Electric", "Modicon M580", "vers:all/*", "CVE-2024-0003"),
                     advisory("EX-24-04", "Control Microsystems", "SCADAPack 334", "build R7 only", "CVE-2024-0004"),
                     advisory("EX-24-05", "Siemens", "Modicon M340", "vers:all/*", "CVE-2024-0005")):
        (out / "2024" / (document["document"]["tracking"]["id"] + ".json")).write_text(json.dumps(document))
    (out / "broken.json").write_text('{"document": ')
    (out / "index.json").write_text("[]")
    return out


@test
def advisories_name_the_devices_they_fit():
    given = advisories()
    out = folder("out")
    done = kakoi("scan", SAMPLE, "--advisories", given, "--lang", "en", "--out", out, "--quiet", wanted=DONE)
    notes = [line for line in done.stderr.splitlines() if "advisory not used" in line]
    equal(len(notes), 2, f"notes {notes}")
    expect(any("broken.json: no valid JSON" in line for line in notes) and any("index.json: is no CSAF" in line for line in notes),
           notes)
    findings = json.loads((out / "findings.json").read_text())["findings"]
    found = {(f["rule"], f["severity"], f["confidence"]): f for f in findings if f["rule"].startswith("advisory-")}
    equal(sorted(found), [("advisory-affected", "critical", 90), ("advisory-possible", "low", 30)], "findings")
    (sure,) = [f for key, f in found.items() if key[0] == "advisory-affected"]
    for part in ("BMX P34 2020", "v2.70", "EX-24-01", "CVE-2024-0001", "9.8", "Install version 9."):
        expect(part in json.dumps(sure, ensure_ascii=False), f"{part} is not told: {sure}")
    expect("EX-24-01" in (out / "report.html").read_text(), "not in the page")
    with database(out) as db:
        equal(db.execute("select distinct advisory_id, certainty from advisory_match order by 1").fetchall(),
              [("EX-24-01", "in-range"), ("EX-24-04", "version-unseen")], "matches")
        cited = db.execute("select count(*) from finding f join finding_packet p using (finding_id) "
                           "where f.rule_id = 'advisory-affected'").fetchone()[0]
        expect(cited >= 1, "no packet is cited")
    manifest = json.loads((out / "manifest.json").read_text())
    expect(any(i["kind"] == "advisories" and len(i["sha256"]) == 64 for i in manifest["inputs"]), manifest["inputs"])
    equal(manifest["run"]["advisories"], "5 advisories used, 2 files not usable", "manifest")
    done = kakoi("verify", out, SAMPLE, "--advisories", given, wanted=DONE)
    expect("--advisories: as manifest.json has it" in kakoi("verify", out, "--advisories", given, wanted=DONE).stdout, "without captures")
    (given / "broken.json").unlink()  # a file that was not used changes nothing but the count
    (given / "2024" / "EX-24-02.json").unlink()
    expect("--advisories: not those of the scan" in kakoi("verify", out, SAMPLE, "--advisories", given).stdout +
           kakoi("verify", out, SAMPLE, "--advisories", given).stderr, "other advisories are not noticed")
    expect("--advisories: not those of the scan" in kakoi("verify", out, "--advisories", given, wanted=1).stderr, "nor without captures")


@test
def advisories_can_be_compared_later_and_leave_no_trace():
    given, first = advisories(), folder("out")
    kakoi("scan", SAMPLE, "--out", first, "--quiet", wanted=DONE)
    judged, again = folder("out"), folder("out")
    kakoi("assess", first / "inventory.db", "--advisories", given, "--out", judged, wanted=DONE)
    with database(judged) as db:
        equal(db.execute("select count(*) from finding where rule_id like 'advisory-%'").fetchone()[0], 2, "findings")
    kakoi("assess", judged / "inventory.db", "--out", again, wanted=DONE)
    with database(again) as db:
        equal(db.execute("select (select count(*) from finding where rule_id like 'advisory-%') + "
                         "(select count(*) from advisory) + (select count(*) from advisory_match)").fetchone()[0], 0,
              "left from the assessment before")


@test
def a_folder_without_advisories_is_refused():
    empty = folder("empty")
    for given, why in ((empty, "holds no *.json"), (empty / "none", "cannot be read")):
        done = kakoi("scan", SAMPLE, "--advisories", given, "--quiet", wanted=BAD_INPUT)
        expect(why in done.stderr and len(done.stderr.splitlines()) == 1, done.stderr)


@test
def advisories_give_the_same_bytes_each_time():
    given = advisories()
    one, two = (scan_again(SAMPLE, "--advisories", given) for _ in range(2))
    equal((one / "inventory.db").read_bytes() == (two / "inventory.db").read_bytes(), True, "inventory.db")
