"""The asset register (docs/register.md): lists as spreadsheets save them, and how they are compared with what was seen."""
import csv
import io
import json
import resource

from harness import BAD_INPUT, DONE, SAMPLE, database, equal, expect, folder, kakoi, scan, test


def starter():
    """The list that kakoi proposes for the sample plant, as rows by heading."""
    text = kakoi("policy", "register", scan(SAMPLE) / "inventory.db", wanted=0).stdout
    expect(text.startswith("\ufeff"), "a spreadsheet takes a list without a byte order mark for another encoding")
    return list(csv.DictReader(io.StringIO(text.lstrip("\ufeff"))))


def written(rows, encoding="utf-8-sig", separator=","):
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0].keys(), delimiter=separator)
    writer.writeheader()
    writer.writerows(rows)
    path = folder("register") / "register.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def states(out):
    return dict(database(out).execute("select state, count(*) from register_match group by state"))


@test
def the_proposed_register_agrees_with_what_was_seen():
    rows = starter()
    expect(len(rows) > 15, f"{len(rows)} devices proposed")
    out = scan(SAMPLE, "--assets", written(rows))
    equal(states(out), {"seen": len(rows)}, "states")
    listed = list(csv.DictReader(open(out / "register.csv", encoding="utf-8-sig")))
    equal({r["照合結果"] for r in listed}, {"台帳・観測とも有り"}, "register.csv")
    found = {r for r, in database(out).execute("select rule_id from finding")}
    expect(not found & {"undeclared-asset", "declared-asset-not-seen", "declared-attribute-mismatch"}, found)


@test
def every_encoding_and_separator_of_a_spreadsheet_gives_the_same():
    rows = starter()
    wanted = scan(SAMPLE, "--assets", written(rows))
    tables = ["declared_asset", "declared_address", "register_match", "register_difference"]
    for encoding, separator in [("utf-8", ","), ("cp932", ","), ("utf-16", "\t"), ("utf-8-sig", ";")]:
        out = scan(SAMPLE, "--assets", written(rows, encoding, separator))
        for table in tables:
            sql = f"select * from {table} order by 1, 2, 3"
            equal(database(out).execute(sql).fetchall(), database(wanted).execute(sql).fetchall(), f"{encoding} {table}")


@test
def gone_changed_and_unknown_devices_are_told_apart():
    rows = starter()
    hmi = next(r for r in rows if "192.168.10.40" in r["IPアドレス"])
    changed = next(r for r in rows if "192.168.10.13" in r["IPアドレス"])
    unlisted = next(r for r in rows if r["機器名"] == "PC-KEIRI")
    rows.remove(unlisted)
    hmi["OS"] = "Solaris 8"
    changed["MACアドレス"] = "02-00-5E-00-53-99"      # another card, same address
    ghost = dict.fromkeys(rows[0], "") | {"機器名": "予備 PLC", "IPアドレス": "192.168.10.199/24", "MACアドレス": "001D9CC813A1",
                                          "設置場所": "第2機械室", "重要度": "高"}
    out = scan(SAMPLE, "--assets", written(rows + [ghost]))
    equal(states(out), {"seen": len(rows) - 2, "differs": 2, "not seen": 1}, "states")
    db = database(out)
    told = set(db.execute("select field, declared, observed from register_difference"))
    equal(told, {("os", "Solaris 8", "Windows"), ("mac", "02:00:5e:00:53:99", changed_mac(rows, changed))}, "differences")
    findings = {}
    for rule, subject in db.execute("select rule_id, subject_id from finding"):
        findings.setdefault(rule, set()).add(subject)
    equal(findings["declared-asset-not-seen"], {"予備 PLC"}, "not seen")
    equal(len(findings["declared-attribute-mismatch"]), 2, "differing")
    equal(findings["undeclared-asset"],
          {db.execute("select asset_id from asset where name = 'PC-KEIRI' and scope = 'local'").fetchone()[0]}, "undeclared")
    turned = database(scan(SAMPLE, "--assets", written([ghost] + rows[::-1])))
    ids = "select finding_id from finding order by 1"
    equal(turned.execute(ids).fetchall(), db.execute(ids).fetchall(), "fingerprints, with the list in another order")
    for packet, in db.execute("select packet_id from register_difference"):
        expect(db.execute("select 1 from packet where packet_id = ?", [packet]).fetchone(), "a difference without a packet")
    listed = list(csv.DictReader(open(out / "register.csv", encoding="utf-8-sig")))
    by_name = {r["台帳の名称"] or r["観測した名称"]: r for r in listed}
    equal(by_name["予備 PLC"]["照合結果"], "台帳のみ（観測なし）", "ghost")
    equal(by_name["予備 PLC"]["設置場所"], "第2機械室", "place")
    equal(by_name["PC-KEIRI"]["照合結果"], "観測のみ（台帳に記載なし）", "unlisted")
    told = [r["相違（台帳 → 観測）"] for r in listed if "192.168.10.40" in r["台帳のアドレス"]]
    equal(told, ["OS: Solaris 8 → Windows"], "difference")


def changed_mac(rows, changed):
    seen = database(scan(SAMPLE)).execute(
        "select value from address where kind = 'mac' and asset_id in (select asset_id from address where value = '192.168.10.13')")
    return ", ".join(sorted(v for v, in seen))


@test
def a_row_with_two_network_cards_is_both_devices_in_every_list():
    rows = starter()
    cards = [next(r for r in rows if ip in r["IPアドレス"]) for ip in ("192.168.10.40", "192.168.10.13")]
    both = dict.fromkeys(rows[0], "") | {"機器名": "TWO-CARDS", "IPアドレス": " ".join(r["IPアドレス"].split()[0] for r in cards)}
    out = scan(SAMPLE, "--assets", written([r for r in rows if r not in cards] + [both]), "--export", "notification")
    ids = [i for i, in database(out).execute("select asset_id from register_device d join declared_asset using (declared_id) where name = 'TWO-CARDS'")]
    equal(len(set(ids)), 2, "devices of the row")
    listed = list(csv.DictReader(open(out / "register.csv", encoding="utf-8-sig")))
    expect("観測のみ（台帳に記載なし）" not in {r["照合結果"] for r in listed}, "both are declared")
    row = next(r for r in listed if r["台帳の名称"] == "TWO-CARDS")
    equal(row["資産ID"].split(), ids, "asset_id")
    expect(set(both["IPアドレス"].split()) <= set(row["観測したアドレス"].split()), row)
    asset = next(a for a in json.load(open(out / "inventory.json"))["declared_assets"] if a.get("name") == "TWO-CARDS")
    equal(asset["assets"], ids, "inventory.json")
    equal(sum(1 for _ in open(out / "asset-notification.csv", encoding="utf-8-sig")) - 1, len(rows) - 1, "asset-notification.csv")


@test
def four_times_the_register_is_about_four_times_the_work():
    def seconds(rows):
        listed = written([{"name": f"D{i}", "ip": f"10.9.{i >> 8}.{i & 255}", "mac": f"02:00:00:00:{i >> 8:02x}:{i & 255:02x}"}
                          for i in range(rows)])
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        kakoi("assess", scan(SAMPLE) / "inventory.db", "--assets", listed, "--out", folder("out"), wanted=DONE)
        return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
    scan(SAMPLE)
    none, some, many = seconds(1), seconds(3000), seconds(12000)
    expect(many - none < 8 * (some - none), f"1 row {none:.1f} s, 3,000 rows {some:.1f} s, 12,000 rows {many:.1f} s")


@test
def a_wrong_list_is_told_by_line():
    def told(text, *words):
        path = folder("wrong") / "list.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        run = kakoi("scan", SAMPLE, "--assets", path, "--out", folder("out"), wanted=BAD_INPUT)
        for word in words:
            expect(word in run.stderr, f"{word!r} in {run.stderr!r}")

    told("", "list.csv: the list is empty")
    told("品目,数量\nPLC,3\n", "list.csv:1:", "no column")
    told("name,ip\nA,192.0.2.1\nB,192.0.2.1\n", "list.csv:3:", "declared twice")
    told("name,ip,vendor\n,,Acme\n", "list.csv:2:", "neither a name nor an address")
    told('name,ip\n"A,192.0.2.1\n', "list.csv:2:", "quote")
    told(b"PK\x03\x04\x14\0\x06\0", "saved as CSV")
    path = folder("odd") / "list.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("name,ip,colour,importance\nA,192.0.2.400,red,huge\n")
    run = kakoi("scan", SAMPLE, "--assets", path, "--out", folder("out"), wanted=0)
    for word in ["columns not used: colour", "list.csv:2: '192.0.2.400' is no IP or MAC address", "'huge' is no criticality"]:
        expect(word in run.stderr, f"{word!r} in {run.stderr!r}")


@test
def lists_for_other_programs_hold_the_local_devices():
    out = scan(SAMPLE, "--export", "netbox,navv,notification", "--lang", "en")
    db = database(out)
    local = db.execute("select count(*) from asset where scope = 'local'").fetchone()[0]
    devices = list(csv.DictReader(open(out / "netbox/devices.csv", encoding="utf-8")))
    equal(len(devices), local, "NetBox devices")
    equal(len({d["name"] for d in devices}), local, "NetBox tells devices apart by name")
    for d in devices:
        expect(all(d[c] for c in ["name", "role", "manufacturer", "device_type", "site", "status"]), d)
    for a in csv.DictReader(open(out / "netbox/ip-addresses.csv", encoding="utf-8")):
        expect("/" in a["address"], a)
    sheets = {"analysis": 10, "inventory-report": 6, "segments": 3, "inventory-input": 2, "snmp": 7}
    for sheet, columns in sheets.items():
        rows = list(csv.reader(open(out / f"navv/{sheet}.csv", encoding="utf-8-sig")))
        expect(len(rows) > 1 and all(len(r) == columns for r in rows), f"{sheet}: {rows[:2]}")
    links = db.execute("select count(*) from link where transport in ('tcp', 'udp', 'icmp')").fetchone()[0]
    equal(sum(1 for _ in open(out / "navv/analysis.csv", encoding="utf-8-sig")) - 1, links, "analysis")
    addresses = {value for (value,) in db.execute("select value from address")}
    for sheet, column in [("inventory-report", "Hostname"), ("externals", "Name")]:
        names = {r[column] for r in csv.DictReader(open(out / f"navv/{sheet}.csv", encoding="utf-8-sig"))}
        expect("" in names and not names & addresses, f"{sheet}: an address is no {column}: {names & addresses}")
    notified = list(csv.DictReader(open(out / "asset-notification.csv", encoding="utf-8-sig")))
    expect(all(set(r) >= {"product", "maker", "model", "firmware", "place", "purpose"} for r in notified), notified[:1])
    expect(any(r["firmware"] for r in notified), "the firmware that a controller states")
