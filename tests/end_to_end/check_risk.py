"""Risk scores: worked out again from docs/risk.md, by other means than the program's, over whole inventories."""
import collections
import json
import re

from harness import CLOSED, POLICY, ROOT, SAMPLE, database, equal, expect, folder, scan, test

ROLES = {**dict.fromkeys("plc rtu ied ot_device scada_server engineering_station".split(), "high"),
         **dict.fromkeys("hmi historian gateway router firewall switch server".split(), "medium"),
         **dict.fromkeys("workstation printer camera mobile".split(), "low")}
SEVERITY = {"critical": 100, "high": 75, "medium": 50, "low": 25, "info": 10}
CRITICALITY = {"critical": 100, "high": 80, "medium": 55, "low": 30}


def distances(start, neighbours):
    """Sessions from the nearest of `start`: by relaxing every link until nothing changes."""
    found = dict.fromkeys(start, 0)
    changed = True
    while changed:
        changed = False
        for a in list(found):
            for b in neighbours[a]:
                if found[a] + 1 < found.get(b, 1 << 30):
                    found[b] = found[a] + 1
                    changed = True
    return found


def worked_out(out):
    db = database(out)
    assets = {row[0]: row[1:] for row in db.execute(
        "select asset_id, scope, role, zone_id, purdue_level, is_ot, is_it from asset where scope in ('local', 'remote', 'internet')")}
    zones = dict(db.execute("select zone_id, kind from zone"))
    declared = {(kind, subject): word for kind, subject, word in db.execute("select * from declared_criticality")}
    everywhere, inside = collections.defaultdict(set), collections.defaultdict(set)
    for a, b, state, there, back in db.execute("select client_id, server_id, state, packets_to_server, packets_to_client from link"):
        if a not in assets or b not in assets or not (state in ("established", "one_way") or state == "datagram" and there and back):
            continue
        for graph in [everywhere] + [inside] * ("internet" not in (assets[a][0], assets[b][0])):
            graph[a].add(b)
            graph[b].add(a)
    kind = {a: zones.get(row[2], "") for a, row in assets.items()}
    outside = distances([a for a, row in assets.items() if row[0] == "internet" or kind[a] == "wan"], everywhere)
    office = distances([a for a, row in assets.items() if row[0] != "internet" and kind[a] == "it"], inside)
    reach = {}
    for asset, (scope, role, zone, level, is_ot, is_it) in assets.items():
        if scope == "internet":
            continue
        exposure = 30
        if asset in outside:
            exposure = max(exposure, {0: 100, 1: 100, 2: 80, 3: 60}.get(outside[asset], 50))
        if asset in office:
            exposure = max(exposure, {0: 70, 1: 70, 2: 55}.get(office[asset], 45))
        for source, word in (("declared asset", declared.get(("asset", asset))), ("declared zone", declared.get(("zone", zone))),
                             ("zone kind", "critical" if kind[asset] == "safety" else None), ("role", ROLES.get(role)),
                             ("level", None if level is None else "high" if level <= 1 else "medium" if level < 4 else "low"),
                             ("protocols", "medium" if is_ot else "low" if is_it else None), ("unknown", "medium")):
            if word:
                break
        reach[asset] = (outside.get(asset), office.get(asset), exposure, word, source, CRITICALITY[word])
    risk = {}
    for finding, severity, confidence, subject, peer in db.execute("select finding_id, severity, confidence, subject_id, peer_id from finding"):
        named = {subject, peer, *(a for (a,) in db.execute("select asset_id from finding_asset where finding_id = ?", (finding,)))}
        devices = sorted((-reach[a][2] * reach[a][5], a) for a in named if a in reach)
        exposure, criticality = (reach[devices[0][1]][2], reach[devices[0][1]][5]) if devices else (30, 55)
        product = SEVERITY[severity] * confidence * exposure * criticality
        risk[finding] = ((2 * product + 100_000) // 200_000 / 10, SEVERITY[severity], confidence, exposure, criticality,
                         devices[0][1] if devices else None)
    return reach, risk


@test
def a_second_implementation_finds_the_same_scores():
    declared = folder("policy") / "site.yaml"
    declared.write_text(POLICY.read_text().replace("closed: true", "closed: true\n    criticality: critical")
                        .replace("role: scada_server, zone: control", "role: scada_server, zone: control, criticality: low"))
    for out in (scan(SAMPLE), scan(SAMPLE, CLOSED), scan(SAMPLE, CLOSED, "--policy", declared)):
        reach, risk = worked_out(out)
        db = database(out)
        found = {r[0]: r[1:] for r in db.execute("select asset_id, hops_outside, hops_it, exposure_factor, criticality, criticality_source,"
                                                 " criticality_factor from reach")}
        equal(found, reach, "reach")
        scores = {r[0]: r[1:] for r in db.execute("select finding_id, score, severity_factor, confidence_factor, exposure_factor,"
                                                  " criticality_factor, asset_id from risk")}
        equal(scores, risk, "risk")
        expect(len(scores) > 5 and len(set(scores.values())) > 3, "scores tell findings apart")
    sources = {r[4] for r in reach.values()}
    expect({"declared asset", "declared zone"} <= sources, f"declared criticality is used: {sources}")


@test
def the_way_of_each_device_leads_outside_session_by_session():
    db = database(scan(SAMPLE))
    links = {frozenset(r) for r in db.execute("select client_id, server_id from link where state in ('established', 'one_way')"
                                              " or state = 'datagram' and packets_to_server > 0 and packets_to_client > 0")}
    for hops, following, ends in (("hops_outside", "next_outside", "select asset_id from asset where scope = 'internet'"),
                                  ("hops_it", "next_it", "select asset_id from asset a join zone z on z.zone_id = a.zone_id where z.kind = 'it'")):
        ends = {a for (a,) in db.execute(ends)}
        rows = {a: (n, b) for a, n, b in db.execute(f"select asset_id, {hops}, {following} from reach")}
        walked = 0
        for asset, (distance, _) in rows.items():
            at, steps = asset, 0
            while at in rows and rows[at][1] is not None and steps < 50:
                expect(frozenset((at, rows[at][1])) in links, f"no session between {at} and {rows[at][1]}")
                at, steps = rows[at][1], steps + 1
            if distance is not None:
                equal(steps, distance, f"{hops} of {asset}")
                expect(at in ends, f"the way of {asset} ends at {at}")
                walked += 1
        expect(walked > 5, f"{hops}: only {walked} devices are reached")


@test
def risk_and_verdicts_do_not_read_each_other():
    high, low = folder("policy") / "high.yaml", folder("policy") / "low.yaml"
    for path, word in ((high, "critical"), (low, "low")):
        path.write_text(POLICY.read_text().replace("closed: true", f"closed: true\n    criticality: {word}")
                        .replace("- cidr: 192.168.50.0/24\n\n", "- cidr: 192.168.50.0/24\n      - cidr: 192.168.10.0/24\n\n", 1))
    outs = [scan(SAMPLE, CLOSED, "--policy", path) for path in (high, low)]
    tables = [[database(out).execute(f"select * from {table}").fetchall() for table in ("verdict", "verdict_check")] for out in outs]
    equal(tables[0], tables[1], "verdicts under another criticality")
    scores = [dict(database(out).execute("select finding_id, score from risk")) for out in outs]
    expect(scores[0] != scores[1], "criticality changes scores")


@test
def the_outputs_give_the_scores_and_the_document_its_weights():
    out = scan(SAMPLE)
    told = {r["finding"]: r["score"] for r in json.loads((out / "findings.json").read_text())["risk"]}
    equal(told, dict(database(out).execute("select finding_id, score from risk")), "findings.json")
    text = (ROOT / "docs" / "risk.md").read_text()
    for table in (SEVERITY, CRITICALITY):
        for word, factor in table.items():
            expect(re.search(rf"\| `?{word}`? \| {factor} \|", text), f"docs/risk.md: {word} {factor}")
    for role, word in ROLES.items():
        expect(re.search(rf"\| `{word}` \|[^\n]*`{role}`", text), f"docs/risk.md: {role} {word}")
