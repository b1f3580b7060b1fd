"""diff: two surveys compared. What is gone is called fixed only where the newer captures could have shown it, which a
second implementation tells from the tables requirement and contract."""
import json
import re
import shutil
import sqlite3

import jsonschema

from harness import BAD_INPUT, CLOSED, DONE, ROOT, SAMPLE, database, equal, expect, folder, kakoi, scan, test

SCHEMA = json.loads((ROOT / "reports" / "schema" / "diff.schema.json").read_text())
SECTIONS = ("assets", "outside_peers", "services", "links", "operations")
# of the sample plant: enough for every contract that traffic can fulfil
PLANT = """
site: Sample plant
zones:
  - {id: control, kind: ot, level: 2, closed: true, members: [{cidr: 192.168.10.0/24}]}
  - {id: office, kind: it, level: 4, members: [{cidr: 192.168.20.0/24}]}
assets:
  - {name: PLC, address: 192.168.10.11}
"""
# the words for a better verdict
IMPROVED = {"better", "by_observation", "by_declaration", "reweighed"}
A_WEEK = "update coverage set value = 604800, level = 'ok' where metric = 'duration_s'"


def compared(old, new, *options):
    out = folder("diff")
    text = kakoi("diff", old, new, "--lang", "en", "--json", out / "d.json", "--html", out / "d.html", *options, wanted=DONE).stdout
    changes = json.loads((out / "d.json").read_text())
    jsonschema.validate(changes, SCHEMA)
    return changes, text, (out / "d.html").read_text()


def survey(*changes, policy=PLANT, afterwards=()):
    """The sample plant after a week of capture, with changes to what was seen; an OUT folder."""
    inventory, out = folder("changed") / "inventory.db", folder("out")
    shutil.copy(scan(SAMPLE) / "inventory.db", inventory)
    with sqlite3.connect(inventory) as db:
        for change in (A_WEEK, *changes):
            db.execute(change)
    (inventory.parent / "site.yaml").write_text(policy)
    kakoi("assess", inventory, "--policy", inventory.parent / "site.yaml", "-o", out, wanted=DONE)
    with sqlite3.connect(out / "inventory.db") as db:
        for change in afterwards:
            db.execute(change)
    return out


def by_change(changes):
    found = {}
    for row in changes["findings"]["rows"]:
        found.setdefault(row["change"], {})[row["id"]] = row
    for change, count in changes["findings"]["counts"].items():
        equal(count, len(found.get(change, {})), f"count of {change}")
    return found


def findings(out, where="1 = 1"):
    return {i for (i,) in database(out).execute(f"select finding_id from finding where {where}")}


@test
def nothing_changed_between_a_survey_and_itself():
    out = scan(SAMPLE)
    for old, new in ((out, out), (out / "inventory.db", out)):
        changes, _, _ = compared(old, new)
        for section in SECTIONS:
            equal(changes[section]["rows"], [], section)
            expect(changes[section]["unchanged"] == changes[section]["before"] > 0, section)
        equal(set(by_change(changes)), {"unchanged"}, "findings")
        equal(set(by_change(changes)["unchanged"]), findings(out), "unchanged findings")
        equal({c["change"] for c in changes["verdicts"]}, {"same"}, "verdicts")


@test
def the_wrong_order_is_told():
    base = scan(SAMPLE) / "inventory.db"
    later, within = folder("later") / "inventory.db", folder("within") / "inventory.db"
    for path, change in ((later, "set first_ts = first_ts + 1000000000, last_ts = last_ts + 1000000000"), (within, "set last_ts = last_ts - 1")):
        shutil.copy(base, path)
        with sqlite3.connect(path) as db:
            db.execute(f"update capture {change}")
    told = kakoi("diff", later, base, wanted=DONE).stderr
    equal(told, f"kakoi: note: the captures of {base} are earlier than those of {later}; is the order OLD NEW?\n", "the wrong order")
    for old, new in ((base, later), (base, base), (base, within), (within, base)):
        equal(kakoi("diff", old, new, wanted=DONE).stderr, "", f"{old} {new}")


@test
def what_one_survey_adds_is_new_and_what_it_lacks_is_not_proven_gone():
    sample, both = scan(SAMPLE), scan(SAMPLE, CLOSED)
    changes, text, page = compared(sample, both)
    new = {row["key"] for part in ("assets", "outside_peers") for row in changes[part]["rows"] if row["change"] == "new"}
    scopes = dict(database(both).execute("select asset_id, scope from asset"))
    equal(changes["outside_peers"]["after"], sum(scope == "internet" for scope in scopes.values()), "outside peers")
    expect(changes["outside_peers"]["after"] > 3, "outside peers in the sample plant")
    wanted = {a for (a,) in database(both).execute("select asset_id from asset where scope in ('local','remote','internet')")}
    wanted -= {a for (a,) in database(sample).execute("select asset_id from asset")}
    equal(new, wanted, "new assets")
    expect("Not seen again" in text and "does not prove" in text, text)
    expect(not any(word in page for word in ("<script", "src=", "href=", "url(", "@import", "http:")), "the page refers to something else")
    back, _, _ = compared(both, sample)
    gone = {row["key"] for part in ("assets", "outside_peers") for row in back[part]["rows"] if row["change"] == "gone"}
    equal(gone, wanted, "gone assets")
    # minutes of traffic could never have shown it
    equal({row["id"] for row in back["findings"]["rows"] if row["change"] == "not_observable"}, findings(both) - findings(sample), "not observable")
    equal(back["findings"]["counts"]["fixed"], 0, "fixed")


@test
def fixed_is_only_what_the_newer_captures_could_have_shown():
    old = survey()
    no_secrets = "delete from credential"
    telnet = findings(old, "rule_id = 'credential-cleartext'")
    expect(len(telnet) > 3, f"only {len(telnet)} passwords in the old survey")
    lacks = {
        "": (),
        "a-day": ("update coverage set value = 600, level = 'limited' where metric = 'duration_s'",),
        "shorter": ("update coverage set value = 300000 where metric = 'duration_s'",),
        "both-directions": ("update coverage set value = 0.6, level = 'blind' where metric = 'one_way_share'",),
        "whole-packets": ("update coverage set value = 0.9, level = 'blind' where metric = 'truncated_share'",),
        "little-loss": ("update coverage set value = 0.2, level = 'blind' where metric = 'unseen_share'",),
        "mirror-port": ("update coverage set value = 0.1, level = 'blind' where metric = 'unicast_share'",),
    }
    for lack, more in lacks.items():
        new = survey(no_secrets, *more)
        changes, text, page = compared(old, new)
        found = by_change(changes)
        gone = {**found.get("fixed", {}), **found.get("not_observable", {}), **found.get("declared", {})}
        equal(set(gone), findings(old) - findings(new), f"{lack}: gone")
        expect(telnet <= set(gone), f"{lack}: passwords are still found")
        db = database(new)
        missing = {}
        for kind, requirement, met in db.execute("select exposure_class, r.requirement, met from contract join requirement r using (requirement)"):
            missing.setdefault(kind, set()).update({requirement} - ({requirement} if met else set()))
        for i, row in gone.items():
            possible = not missing[row["exposure_class"]] and lack not in ("shorter",)
            equal(row["change"], "fixed" if possible else "not_observable", f"{lack}: {row['rule']} ({missing[row['exposure_class']]})")
            for requirement in missing[row["exposure_class"]]:
                (words,) = db.execute("select missing_en from requirement where requirement = ?", (requirement,)).fetchone()
                expect(words in row["reason"]["en"], f"{lack}: the reason does not name {requirement}: {row['reason']['en']}")
            expect(i in text and i in page and row["packets"], f"{lack}: {i} is not cited")
        equal(telnet <= set(found.get("fixed", {})), lack == "", f"{lack}: passwords are fixed")


@test
def a_device_that_is_not_seen_is_not_fixed():
    old = survey()
    (finding, subject), = database(old).execute("select finding_id, subject_id from finding where rule_id = 'credential-cleartext' limit 1").fetchall()
    silent = survey("delete from credential", f"update address set bound_by = 'destination only' where asset_id = '{subject}'")
    elsewhere = survey("delete from credential", f"update address set vlan = 4000 where asset_id = '{subject}' and vlan is not null")
    away = survey("delete from credential", f"update asset set scope = 'remote' where asset_id = '{subject}'")
    for new, words in ((silent, "not seen"), (elsewhere, "other VLANs"), (away, "behind a router")):
        found = by_change(compared(old, new)[0])
        expect(finding in found["not_observable"], f"{words}: {finding} is not called unobservable")
        expect(words in found["not_observable"][finding]["reason"]["en"], found["not_observable"][finding]["reason"]["en"])
        expect(found["fixed"], f"{words}: others are fixed all the same")


@test
def what_is_declared_or_no_longer_asked_is_not_fixed():
    old = survey()
    outside = findings(old, "rule_id = 'external-route-established'")
    expect(outside, "no route outside in the old survey")
    new = survey(policy=PLANT + "allowed_external:\n  - {name: everywhere, cidr: 0.0.0.0/0}\n")
    found = by_change(compared(old, new)[0])
    expect(outside <= set(found["declared"]), f"declared: {sorted(found['declared'])}")
    expect(not outside & set(found.get("fixed", {})), "what was declared is called fixed")
    gone = survey("delete from credential", afterwards=["delete from evaluated_rule where rule_id = 'credential-cleartext'"])
    changed = survey("delete from credential", afterwards=["update evaluated_rule set query = query || ' -- other' where rule_id = 'credential-cleartext'"])
    for new, words in ((gone, "was not run"), (changed, "has changed")):
        rows = by_change(compared(old, new)[0])["not_observable"].values()
        reasons = {r["reason"]["en"] for r in rows if r["rule"] == "credential-cleartext"}
        expect(reasons and all(words in r for r in reasons), reasons)


@test
def the_verdict_of_each_control_then_and_now():
    old, new = survey(), survey("delete from credential", "update coverage set level = 'blind' where metric = 'one_way_share'")
    changes, _, page = compared(old, new)
    then, now = ({(f, c): v for f, c, v in database(out).execute("select framework, control, verdict from verdict")} for out in (old, new))
    told = {(c["framework"], c["control"]): (c["before"], c["after"], c["change"]) for c in changes["verdicts"]}
    equal(told.keys(), then.keys(), "controls")
    order = ["not_met", "partly", "supported"]
    for key, (before, after, change) in told.items():
        equal((before, after), (then[key], now[key]), key)
        wanted = ("same" if before == after else "no_longer_observable" if after == "not_observable" else
                  "now_observable" if before == "not_observable" else
                  "improved" if order.index(after) > order.index(before) else "worse")
        equal("improved" if change in IMPROVED else change, wanted, f"{key}: {before}, {after}")
    expect(len({change for _, _, change in told.values()}) > 2, "several kinds of change")
    expect(all(f"<bdi>{control}</bdi>" in page for (_, control) in list(told)[:20]), "controls are on the page")


def improved(old, new):
    """The controls with a better verdict, by the word for it; what decided the old verdict must fit the word."""
    changes, text, page = compared(old, new)
    state = {row["id"]: row for row in changes["findings"]["rows"]}
    found = {}
    for c in changes["verdicts"]:
        if c["change"] not in IMPROVED:
            continue
        found.setdefault(c["change"], []).append((c["framework"], c["control"]))
        decided = database(old).execute("""select f.finding_id from verdict_check v join finding f using (exposure_class)
            where framework = ? and control = ? and direction = 'against' and strength <> 'weak' and state in ('against', 'accepted')
            and (? = 'supported' or (strength = 'strong' and not f.accepted and f.confidence >= 50))""",
            (c["framework"], c["control"], c["after"])).fetchall()
        gone = {state[i]["change"] for (i,) in decided} - {"unchanged"}
        if c["change"] == "better":
            equal(gone, {"fixed"}, f"{c['control']}: what decided it")
        if "not_observable" in gone:
            equal(c["change"], "by_observation", c["control"])
    return found, text, page


@test
def a_verdict_is_better_only_if_what_decided_it_is_fixed():
    old = survey()
    found, text, _ = improved(old, survey("delete from credential", "delete from open_access"))
    expect(found.get("better") and "(better)" in text, f"what was fixed is called {found}")
    equal(set(found), {"better"}, "by what was fixed")
    # a shorter capture could not have shown it
    short = survey("delete from credential", "delete from open_access", "update coverage set value = 300000 where metric = 'duration_s'")
    found, text, page = improved(old, short)
    equal(set(found), {"by_observation"}, "by what was captured")
    expect("(by what was observed)" in text and "観測範囲の違いによる変化" in page, text)


@test
def a_verdict_that_acceptance_or_a_policy_changed_is_not_better():
    old = survey()
    strong = [i for (i,) in database(old).execute("""select distinct f.rule_id from verdict_check v join verdict using (framework, control)
        join finding f using (exposure_class) where verdict = 'not_met' and state = 'against' and strength = 'strong' order by 1""")]
    agreed = "acceptances:\n" + "".join(f"  - {{rule: {rule}, reason: agreed, approver: Sato, expires: 2099-01-01}}\n" for rule in strong)
    found, text, page = improved(old, survey(policy=PLANT + agreed))
    equal(set(found), {"by_declaration"}, "by acceptance")
    expect("accepted: no → yes" in text and "受容: なし → あり" in page, text)
    expect("(by acceptance or declaration)" in text and "受容・申告による変化" in page, text)
    sample, drafted = scan(SAMPLE), folder("drafted")
    (drafted / "site.yaml").write_text(kakoi("policy", "init", sample, wanted=DONE).stdout)
    kakoi("assess", sample / "inventory.db", "-p", drafted / "site.yaml", "-o", drafted / "out", wanted=DONE)
    found, text, page = improved(sample, drafted / "out")
    expect("zone: OT (inferred) → " in text and "ゾーン: 制御系（推定） → " in page, "zones are named in the page's language")
    expect(re.search(r'<bdi>sample-plant.pcapng<span class="n">:\d+</span></bdi>', page), "packets' numbers stay whole")
    expect("better" not in found, f"a policy alone is called better: {found}")


@test
def both_languages_are_on_the_page_and_the_folders_are_cited():
    old, new = scan(SAMPLE), survey()
    changes, _, page = compared(old, new)
    expect("是正を確認" in page and "no longer observable" in page, "two languages")
    for lang in ("ja", "en"):
        spans = re.findall(rf'<span lang="{lang}">([^<]*)</span>', page)
        expect(len(spans) > 50, f"{lang}: {len(spans)} texts")
        if lang == "en":
            japanese = [s for s in spans if re.search("[ぁ-んァ-ヶ一-龠]", s)]
            expect(len(japanese) <= sum(1 for s in spans if "統一基準" in s), f"Japanese in the English page: {japanese[:3]}")
    for survey_, out in (("before", old), ("after", new)):
        for key, name in (("inventory_sha256", "inventory.db"), ("manifest_sha256", "manifest.json")):
            expect(re.fullmatch("[0-9a-f]{64}", changes[survey_][key]) and changes[survey_][key] in page, f"{survey_}: {name}")
    copy = folder("copy")
    shutil.copytree(old, copy, dirs_exist_ok=True)
    with sqlite3.connect(copy / "inventory.db") as db:
        db.execute("update asset set vendor = 'changed'")
    done = kakoi("diff", copy, new, wanted=DONE)
    expect("not the one that the manifest names" in done.stderr, done.stderr)
    done = kakoi("diff", folder("empty"), new, wanted=BAD_INPUT)
    expect(len(done.stderr.splitlines()) == 1, done.stderr)
