"""Files for assessment engines (docs/exports.md), read back and compared with the database: published schemas, required
fields, references that lead somewhere, each control once, and the rules of the importers."""
import csv
import io
import json
import re
import sqlite3
import uuid
import xml.etree.ElementTree

import jsonschema

from harness import BAD_INPUT, CLOSED, POLICY, ROOT, SAMPLE, database, equal, expect, folder, kakoi, scan, scan_again, test

SCHEMAS = ROOT / "tests" / "reports" / "schema"
OSCAL, OCSF = "oscal-assessment-results.json", "ocsf.ndjson"
CALLS = [(SAMPLE, "--export", "all", "--lang", "en"), (CLOSED, "--policy", POLICY, "--export", "all")]
VERDICTS = {"not_met", "partly", "supported", "not_observable"}
FROM_SITE = "scope in ('local', 'remote')"
ONE_DEVICE = "scope not in ('multicast', 'broadcast')"


def rows(path):
    text = path.read_bytes()
    expect(not text.startswith(b"\xef\xbb\xbf"), f"{path.name}: importers take the mark for part of the first name")
    found = list(csv.reader(io.StringIO(text.decode(), newline="")))
    equal({len(row) for row in found}, {len(found[0])}, f"{path.name}: columns")
    return [dict(zip(found[0], row)) for row in found[1:]]


def of_database(out):
    db = database(out)
    db.row_factory = sqlite3.Row
    return db


def strict(schema):
    """No field that the schema does not name: the test must fail when one is added without being documented."""
    if isinstance(schema, dict):
        if "properties" in schema:
            schema.setdefault("additionalProperties", False)
        for value in schema.values():
            strict(value)
    elif isinstance(schema, list):
        for value in schema:
            strict(value)
    return schema


def violations(validator, document):
    for error in list(validator.iter_errors(document))[:5]:
        yield f"{'/'.join(map(str, error.absolute_path))}: {error.message[:200]}"


# ─── our own JSON ────────────────────────────────────────────────────────────

@test
def our_json_is_as_its_schemas_say():
    for name in ("inventory", "findings"):
        schema = json.loads((ROOT / "reports" / "schema" / f"{name}.schema.json").read_text())
        jsonschema.Draft202012Validator.check_schema(schema)
        validator = jsonschema.Draft202012Validator(strict(schema))
        for call in CALLS:
            document = json.loads((scan(*call) / f"{name}.json").read_text())
            for line in violations(validator, document):
                expect(False, f"{name}.json: {line}")
            number = schema["$id"].rsplit(":", 1)[1]
            equal(document["schema"], f"kakoi-{name}/{number}", "schema")
        for broken in (lambda d: d.pop("site"), lambda d: d.update(more=1), lambda d: d.update(policy="guessed")):
            document = json.loads((scan(*CALLS[0]) / f"{name}.json").read_text())
            broken(document)
            expect(list(validator.iter_errors(document)), f"{name}: the schema takes anything")


# ─── OSCAL ───────────────────────────────────────────────────────────────────

def oscal_validator():
    # Python's expressions have no \p{L}, \p{N}
    text = (SCHEMAS / "oscal_assessment-results_schema-1.1.3.json").read_text()
    schema = json.loads(text.replace(r"\\p{L}", r"[^\\W\\d_]").replace(r"\\p{N}", r"\\d"))
    return jsonschema.Draft7Validator(schema)


def every(document, key):
    if isinstance(document, dict):
        for name, value in document.items():
            if name == key:
                yield value
            else:
                yield from every(value, key)
    elif isinstance(document, list):
        for value in document:
            yield from every(value, key)


def props(thing):
    return {p["name"]: p["value"] for p in thing.get("props", [])}


@test
def oscal_validates_against_the_schema_of_nist():
    validator = oscal_validator()
    for call in CALLS:
        document = json.loads((scan(*call) / OSCAL).read_text())
        for line in violations(validator, document):
            expect(False, f"{call[0].name}: {line}")
    document["assessment-results"]["results"][0].pop("start")
    expect(list(validator.iter_errors(document)), "the validator takes anything")


@test
def oscal_identifiers_are_unique_and_references_lead_somewhere():
    for call in CALLS:
        document = json.loads((scan(*call) / OSCAL).read_text())["assessment-results"]
        ids = list(every(document, "uuid"))
        equal(len(ids), len(set(ids)), "UUIDs given twice")
        for one in ids:
            equal((uuid.UUID(one).version, uuid.UUID(one).variant), (5, uuid.RFC_4122), one)
        resources = {r["uuid"] for r in document["back-matter"]["resources"]}
        for href in every(document, "href"):
            if href.startswith("#"):
                expect(href[1:] in resources, f"{href}: no resource")
        for result in document["results"]:
            local = result["local-definitions"]
            items = {i["uuid"] for i in local.get("inventory-items", [])}
            tools = {c["uuid"] for c in local["assessment-assets"]["components"]}
            observations = {o["uuid"] for o in result.get("observations", [])}
            expect(set(every(result, "subject-uuid")) <= items, "a subject that is no inventory item")
            equal(set(every(result, "actor-uuid")) | set(every(result, "component-uuid")), tools, "tools")
            expect(set(every(result, "observation-uuid")) <= observations, "a finding on no observation")


@test
def oscal_says_what_the_verdict_table_says():
    for call in CALLS:
        out = scan(*call)
        db = of_database(out)
        document = json.loads((out / OSCAL).read_text())["assessment-results"]
        equal([props(r)["framework"] for r in document["results"]],
              [f for (f,) in db.execute("select framework from framework order by 1")], "results")
        first, last = db.execute("select min(first_ts), max(last_ts) from capture").fetchone()
        hashes = {h for (h,) in db.execute("select sha256 from capture")}
        for result in document["results"]:
            framework = props(result)["framework"]
            verdicts = dict(db.execute("select control, verdict from verdict where framework = ?", (framework,)))
            told = {props(f)["control"]: f for f in result.get("findings", [])}
            silent = [p["value"] for p in result["props"] if p["name"] == "not-observable"]
            equal(sorted([*told, *silent]), sorted(verdicts), f"{framework}: each control once")
            equal(len(result.get("findings", [])), len(told), f"{framework}: findings")
            equal(sorted(silent), sorted(c for c, v in verdicts.items() if v == "not_observable"), f"{framework}: not observable")
            expect(all(p["ns"] == "urn:kakoi:oscal" and p["remarks"] for p in result["props"] if p["name"] == "not-observable"),
                   f"{framework}: not observable, no reason")
            for control, finding in told.items():
                state = "satisfied" if verdicts[control] == "supported" else "not-satisfied"
                equal((finding["target"]["status"]["state"], props(finding)["verdict"]), (state, verdicts[control]), control)
                wanted = {f for (f,) in db.execute(
                    "select distinct f.finding_id from finding f join verdict_check c on c.exposure_class = f.exposure_class"
                    " where c.framework = ? and c.control = ? and c.direction = 'against'"
                    " and c.state in ('against', 'hint', 'accepted')", (framework, control))}
                by_uuid = {o["uuid"]: props(o)["finding-id"] for o in result.get("observations", [])}
                found = [by_uuid[r["observation-uuid"]] for r in finding.get("related-observations", [])]
                equal(sorted(found), sorted(wanted), f"{framework} {control}: observations")
            (selection,) = result["reviewed-controls"]["control-selections"]
            chosen = [c["control-id"] for c in selection.get("include-controls", [])]
            equal((len(chosen), len(set(chosen))), (len(verdicts), len(verdicts)), f"{framework}: reviewed controls")
            for name, time in (("start", first), ("end", last)):
                equal(result[name][:19], db.execute("select strftime('%Y-%m-%dT%H:%M:%S', ? / 1000000000, 'unixepoch')", (time,))
                      .fetchone()[0], name)
            for observation in result.get("observations", []):
                cited = [(props(e)["capture-sha256"], props(e)["packet-number"]) for e in observation["relevant-evidence"]]
                expect({h for h, _ in cited} <= hashes, "evidence of another capture")
                wanted = [(h, str(n)) for h, n in db.execute(
                    "select c.sha256, p.number from finding_packet f join packet p using (packet_id) join capture c using (capture_id)"
                    " where f.finding_id = ? order by f.position", (props(observation)["finding-id"],))]
                equal(cited, wanted, "evidence")
                equal({e.get("href") for e in observation["relevant-evidence"]},
                      {"evidence.pcapng" if props(observation)["accepted"] == "no" else None}, "where the packets are")
        told = {p["value"] for p in every(document, "props") for p in p if p["name"] == "finding-id"}
        bearing = {f for (f,) in db.execute(
            "select finding_id from finding where exposure_class in (select exposure_class from verdict_check where direction = 'against'"
            " and state in ('against', 'hint', 'accepted'))")}
        equal(told, bearing, "findings")
    text = (scan(SAMPLE, "--export", "oscal", "--evidence", "none") / OSCAL).read_text()
    expect("evidence.pcapng" not in text, "a file that is not there is named as evidence")


@test
def control_ids_are_those_of_the_oscal_catalog_of_sp_800_53():
    results = json.loads((scan(*CALLS[0]) / OSCAL).read_text())["assessment-results"]["results"]
    (result,) = [r for r in results if props(r)["framework"] == "sp800-53r5"]
    told = {c["control-id"] for c in result["reviewed-controls"]["control-selections"][0]["include-controls"]}
    expect({"ac-17", "ac-17.1", "sc-7.10"} <= told, told)  # as usnistgov/oscal-content writes AC-17(1), SC-7(10)
    expect(all(re.fullmatch(r"[a-z]{2}-\d+(\.\d+)?", c) for c in told), told)
    for finding in result["findings"]:
        equal(finding["target"]["type"], "statement-id", "target")
        expect(finding["target"]["target-id"].removesuffix("_smt") in told, finding["target"])


# ─── OCSF ────────────────────────────────────────────────────────────────────

PUBLISHED = json.loads((SCHEMAS / "ocsf-1.8.0.json").read_text())
KINDS = {"string_t": str, "integer_t": int, "long_t": int, "boolean_t": bool, "float_t": float}


def faults(thing, shape, where):
    attributes = shape["attributes"]
    for name, attribute in attributes.items():
        if attribute["requirement"] == "required" and name not in thing:
            yield f"{where}: {name} is required"
    for names in ([shape["constraints"]["at_least_one"]] if "at_least_one" in shape.get("constraints", {}) else []):
        if not set(names) & set(thing):
            yield f"{where}: none of {names}"
    for name, value in thing.items():
        attribute = attributes.get(name)
        if attribute is None:
            yield f"{where}: {name} is unknown"
            continue
        if attribute.get("deprecated"):
            yield f"{where}: {name} is deprecated"
        if attribute.get("array", False) != isinstance(value, list):
            yield f"{where}: {name} should{'' if attribute.get('array') else ' not'} be an array"
            continue
        for one in value if isinstance(value, list) else [value]:
            kind = attribute["type"]
            if kind in PUBLISHED["objects"]:
                yield from faults(one, PUBLISHED["objects"][kind], f"{where}.{name}")
            elif kind in PUBLISHED["types"]:
                wanted = KINDS.get(PUBLISHED["types"][kind])
                if wanted and type(one) is not wanted:  # a bool is no int here
                    yield f"{where}: {name} is {one!r}, no {kind}"
                if "enum" in attribute and str(one) not in attribute["enum"]:
                    yield f"{where}: {name} is {one!r}, none of {sorted(attribute['enum'])}"
            elif kind != "object":
                yield f"{where}: {name} is {kind}, which the condensed schema does not hold"


def events(out, class_uid=None):
    found = [json.loads(line) for line in (out / OCSF).read_bytes().splitlines()]  # bytes: at line feeds alone
    return [e for e in found if class_uid in (None, e["class_uid"])]


@test
def ocsf_events_are_as_the_schema_says():
    for call in CALLS:
        found = set()
        for event in events(scan(*call)):
            shape = PUBLISHED["classes"][str(event["class_uid"])]
            found |= set(faults(event, shape, event["class_name"]))
            equal(event["category_uid"], shape["category_uid"], "category")
            equal(event["type_uid"], event["class_uid"] * 100 + event["activity_id"], "type_uid")
            equal(event["metadata"]["version"], PUBLISHED["version"], "version")
            for sibling in ("severity", "status"):
                if f"{sibling}_id" in event:
                    equal(event[sibling], shape["attributes"][f"{sibling}_id"]["enum"][str(event[f"{sibling}_id"])], sibling)
        equal(sorted(found), [], call[0].name)
    event.pop("severity_id")
    expect(list(faults(event, shape, "")), "the check takes anything")


@test
def ocsf_says_what_the_database_says():
    for call in CALLS:
        out = scan(*call)
        db = of_database(out)
        ids = [e["metadata"]["uid"] for e in events(out)]
        equal(len(ids), len(set(ids)), "events of the same id")
        devices = {e["device"]["uid"]: e for e in events(out, 5001)}
        equal(sorted(devices), sorted(a for (a,) in db.execute(f"select asset_id from asset where {ONE_DEVICE}")), "devices")
        equal(len(events(out, 5001)), len(devices), "each device once")
        for asset, last in db.execute(f"select asset_id, last_ts from asset where {ONE_DEVICE}"):
            equal(devices[asset]["time"], last // 1_000_000, "milliseconds of the capture")
        controls = {e["finding_info"]["uid"]: e["compliance"] for e in events(out, 2003)}
        wanted = {f"{f}/{c}": v for f, c, v in db.execute("select framework, control, verdict from verdict")}
        equal(sorted(controls), sorted(wanted), "controls")
        equal(len(events(out, 2003)), len(wanted), "each control once")
        statuses = {"supported": (1, "Pass"), "not_observable": (2, "Warning"), "partly": (3, "Fail"), "not_met": (3, "Fail")}
        for uid, compliance in controls.items():
            equal((compliance["status_id"], compliance["status"]), statuses[wanted[uid]], uid)
            expect(compliance["status_details"][0] and compliance["standards"][0], f"{uid}: no reason or standard")
        findings = {e["finding_info"]["uid"]: e for e in events(out, 2004)}
        severities = {"info": 1, "low": 2, "medium": 3, "high": 4, "critical": 5}
        equal({f: e["severity_id"] for f, e in findings.items()},
              {f: severities[s] for f, s in db.execute("select finding_id, severity from finding")}, "findings")
        for related in every(events(out, 2003), "related_events"):
            for one in related:
                expect(findings[one["uid"]]["type_uid"] == one["type_uid"], one)
        for event in findings.values():
            for resource in event.get("resources", []):
                expect(db.execute("select 1 from asset where asset_id = ?", (resource["uid"],)).fetchone(), resource)
            expect(event["evidences"], "a finding without evidence")


# ─── CISO Assistant ──────────────────────────────────────────────────────────

@test
def ciso_assistant_rows_keep_the_importers_rules():
    results = {"supported": "compliant", "partly": "partially_compliant", "not_met": "non_compliant", "not_observable": ""}
    for call in CALLS:
        out = scan(*call)
        db = of_database(out)
        place = out / "ciso-assistant"
        frameworks = [f for (f,) in db.execute("select framework from framework")]
        equal(sorted(f.name for f in place.iterdir()),
              sorted(["assets.csv", "evidences.csv", "findings.csv", *(f"audit-{f}.csv" for f in frameworks)]), "files")
        for framework in frameworks:
            audit = rows(place / f"audit-{framework}.csv")
            wanted = [(c, results[v]) for c, v in db.execute(
                "select control, verdict from verdict where framework = ? order by position", (framework,))]
            equal([(r["ref_id"], r["compliance_result"]) for r in audit], wanted, framework)
            for row in audit:
                expect(row["assessable"] == "true" and row["observations"], row)
                equal(row["requirement_progress"], "in_review" if row["compliance_result"] else "", "progress")
        assets = rows(place / "assets.csv")
        equal(sorted(r["ref_id"] for r in assets), sorted(a for (a,) in db.execute(f"select asset_id from asset where {FROM_SITE}")), "assets")
        names = [r["name"] for r in assets]
        expect(all(names) and len(names) == len(set(names)), "names of assets tell them apart")
        equal({r["type"] for r in assets}, {"SP"}, "type")
        findings = rows(place / "findings.csv")
        equal([(r["ref_id"], r["severity"]) for r in findings],
              [(f["id"], f["severity"]) for f in json.loads((out / "findings.json").read_text())["findings"]], "findings")
        for row in findings:
            expect(row["name"] and row["status"] in ("identified", "dismissed"), row)
            expect(row["asset"] in ("", *names), f"{row['asset']}: no asset of assets.csv")
        evidences = rows(place / "evidences.csv")
        equal([r["ref_id"] for r in evidences], [c for (c,) in db.execute("select capture_id from capture order by first_ts")]
              + ["evidence.pcapng"], "evidences")


# ─── CSET ────────────────────────────────────────────────────────────────────

def cset_components(document):
    """Nodes and edges as CSET reads Malcolm's answer: addresses hold "." or ":", below one its first role alone counts."""
    text = json.dumps(document)
    for name in ("source.ip", "source.device.role", "destination.ip", "destination.device.role"):
        text = text.replace(f'"{name}": {{', '"values": {')
    nodes, edges = {}, set()

    def walk(values, parent):
        for bucket in values["buckets"]:
            key, below = bucket["key"], bucket.get("values")
            expect(isinstance(bucket["doc_count"], int) and 0 <= bucket["doc_count"] < 2 ** 31, bucket["doc_count"])
            if "." not in key and ":" not in key:
                if parent is None:
                    raise ValueError("Bad schema format")
                nodes[parent] = key
                if below:
                    walk(below, parent)
                return
            nodes.setdefault(key, None)
            if parent is not None:
                edges.add(frozenset((parent, key)))
            if below:
                walk(below, key)

    walk(json.loads(text)["values"], None)
    return nodes, edges


def first_addresses(db):
    order = "case kind when 'ipv4' then 0 when 'ipv6' then 1 else 2 end, value"
    return {a: (db.execute(f"select value from address where asset_id = ? order by {order}", (a,)).fetchone() or (None,))[0]
            for (a,) in db.execute(f"select asset_id from asset where {ONE_DEVICE}")}


@test
def cset_reads_the_devices_and_who_talks_with_whom():
    for call in CALLS:
        out = scan(*call)
        db = of_database(out)
        nodes, edges = cset_components(json.loads((out / "cset" / "malcolm.json").read_text()))
        address = first_addresses(db)
        equal(sorted(nodes), sorted({a for a in address.values() if a}), "components")
        expect(all(nodes.values()), "a component without a role is called UN-<address>")
        links = {frozenset((address[c], address[s])) for c, s in db.execute("select client_id, server_id from link")
                 if c in address and s in address and address[c] != address[s]}
        equal(edges, links, "links")


@test
def cset_draws_zones_with_the_devices_in_them():
    for call in CALLS:
        out = scan(*call)
        db = of_database(out)
        root = xml.etree.ElementTree.parse(out / "cset" / "diagram.xml").getroot()
        equal([root.tag, root[0].tag], ["mxGraphModel", "root"], "as mxGraph has it")
        objects, cells = root[0].findall("UserObject"), root[0].findall("mxCell")
        ids = [e.get("id") for e in [*objects, *cells]]
        equal(len(ids), len(set(ids)), "ids")
        zones = {o.get("id"): o.get("label") for o in objects if o.get("zone") == "1"}
        equal(sorted(zones.values()), sorted(z for (z,) in db.execute("select name from zone")), "zones")
        expect(all(o.get("ZoneType") and o.get("SAL") for o in objects if o.get("zone")), "CSET reads these of every zone")
        devices = [o for o in objects if o.get("zone") is None]
        zone_of = dict(db.execute("select zone_id, name from zone"))
        wanted = sorted((first_addresses(db)[a] or "", zone_of.get(z) if s != "internet" else None) for a, z, s in
                        db.execute(f"select asset_id, zone_id, scope from asset where {ONE_DEVICE}"))
        key = lambda pair: (pair[0], pair[1] or "")
        equal(sorted(((d.get("IPAddress"), zones.get(d[0].get("parent"))) for d in devices), key=key), sorted(wanted, key=key), "devices")
        for device in devices:
            uuid.UUID(device.get("ComponentGuid"))
            equal((device[0].tag, device[0].get("vertex"), device[0][0].tag), ("mxCell", "1", "mxGeometry"), "a device's cell")
        equal(len({d.get("ComponentGuid") for d in devices}), len(devices), "ComponentGuid")
        own = {d.get("id") for d in devices}
        for edge in (c for c in cells if c.get("edge")):
            expect(edge.get("id") and edge.get("source") in own and edge.get("target") in own, edge.attrib)


# ─── all of them ─────────────────────────────────────────────────────────────

@test
def exports_are_the_same_each_time_and_from_assess():
    out = scan(*CALLS[0])
    again = scan_again(*CALLS[0], epoch="1800000000")
    assessed = folder("out")
    kakoi("assess", out / "inventory.db", "--out", assessed, "--export", "all", "--lang", "en", wanted=0)
    listed = [o["path"] for o in json.loads((out / "manifest.json").read_text())["outputs"]]
    files = [p for p in listed if p in (OSCAL, OCSF) or "/" in p]
    expect(len(files) > 10, files)
    for name in files:
        expect((out / name).read_bytes() == (again / name).read_bytes(), f"{name} differs between two runs")
        if name.startswith("cset/") or "/audit-" in name:  # others name evidence.pcapng, which assess has not
            expect((out / name).read_bytes() == (assessed / name).read_bytes(), f"{name} differs from assess")


@test
def verify_knows_exports_and_a_run_without_them_leaves_none():
    out = scan_again(SAMPLE, "--export", "ciso,oscal")
    expect((out / OSCAL).exists() and not (out / OCSF).exists() and not (out / "cset").exists(), "other files than asked for")
    told = kakoi("verify", out, SAMPLE, "--quiet", wanted=0)
    expect("agree byte by byte" in told.stdout, told.stdout)
    (out / "ciso-assistant" / "findings.csv").write_text("name\n")
    kakoi("verify", out, wanted=1)
    kakoi("scan", SAMPLE, "--out", out, "--quiet", wanted=0)
    expect(not (out / OSCAL).exists() and not (out / "ciso-assistant").exists(), "exports of an earlier run")
    kakoi("verify", out, wanted=0)


@test
def words_that_name_no_export_are_refused():
    for word in ("sarif", "oscal,", "oscal,sarif", "", "OSCAL", ",all"):
        told = kakoi("scan", SAMPLE, "--export", word, "--out", folder("out"), wanted=BAD_INPUT)
        expect("--export" in told.stderr, told.stderr)


@test
def hostile_names_stay_text():
    """Names that break CSV, XML and JSON, or that a spreadsheet would run."""
    names = ["=cmd|' /C calc'!A0", "@SUM(1)", "+1\t-2", "<b>&\"'</b>", "a,b\r\nc", "]]>\x0b\x00\u2028x", "\ufffe\uffff", " \u3000 "]
    out = scan_again(SAMPLE)
    changed = folder("changed") / "inventory.db"
    changed.write_bytes((out / "inventory.db").read_bytes())
    with sqlite3.connect(changed) as db:
        assets = [a for (a,) in db.execute(f"select subject_id from finding join asset on asset_id = subject_id where {FROM_SITE} group by 1")]
        for asset, name in zip(assets, names * len(assets)):
            db.execute("update asset set name = ?, vendor = ?, product = ? where asset_id = ?", (name, name, name, asset))
        db.execute("update capture set source = ?", ("=a, \"b\" %.pcap",))
    out = folder("out")
    kakoi("assess", changed, "--out", out, "--export", "all", wanted=0)
    for line in violations(oscal_validator(), json.loads((out / OSCAL).read_text())):
        expect(False, line)
    for event in events(out):
        for fault in list(faults(event, PUBLISHED["classes"][str(event["class_uid"])], event["class_name"]))[:3]:
            expect(False, fault)
    xml.etree.ElementTree.parse(out / "cset" / "diagram.xml")
    json.loads((out / "cset" / "malcolm.json").read_text())
    told = {row["name"] for row in rows(out / "ciso-assistant" / "assets.csv")}
    expect(any(name.startswith("'=cmd|' /C calc'!A0") for name in told), f"the first name is not there: {told}")
    for path in sorted((out / "ciso-assistant").iterdir()):
        for row in rows(path):
            for cell in row.values():
                expect(not cell.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r")), f"{path.name}: {cell!r}")
                expect("\x00" not in cell, path.name)


@test
def what_was_accepted_is_told_as_such():
    policy = folder("policy") / "site.yaml"
    policy.write_text("site: Works\nacceptances:\n  - {rule: credential-default, reason: known, approver: Sato}\n")
    out = scan(SAMPLE, "--policy", policy, "--export", "all")
    accepted = {f for (f,) in database(out).execute("select finding_id from finding where accepted = 1")}
    expect(accepted, "nothing was accepted")
    equal({e["finding_info"]["uid"] for e in events(out, 2004) if (e["status"], e["is_alert"]) == ("Suppressed", False)}, accepted, "OCSF")
    equal({r["ref_id"] for r in rows(out / "ciso-assistant" / "findings.csv") if r["status"] == "dismissed"}, accepted, "CISO Assistant")
    document = json.loads((out / OSCAL).read_text())["assessment-results"]
    told = {props(o)["finding-id"]: o for r in document["results"] for o in r["observations"]}
    equal({f for f, o in told.items() if props(o)["accepted"] == "yes"}, accepted & set(told), "OSCAL")
    for finding in accepted & set(told):  # evidence.pcapng holds the packets of open findings alone
        expect(all("href" not in e for e in told[finding]["relevant-evidence"]), "evidence that is not there")


@test
def a_users_catalogue_is_exported_too():
    catalogue = folder("catalogue") / "own.yaml"
    text = (ROOT / "rules" / "frameworks" / "cpg-2.0.yaml").read_text()
    catalogue.write_text(re.sub(r"^id: .*$", "id: own-list", text, count=1, flags=re.M))
    out = scan(SAMPLE, "--framework", catalogue, "--export", "all")
    with database(out) as db:
        (judged,) = db.execute("select count(*) from verdict where framework = 'own-list'").fetchone()
    expect(judged > 0, "the catalogue was not judged")
    equal(len(rows(out / "ciso-assistant" / "audit-own-list.csv")), judged, "audit")
    for line in violations(oscal_validator(), json.loads((out / OSCAL).read_text())):
        expect(False, line)
