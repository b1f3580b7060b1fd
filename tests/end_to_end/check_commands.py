"""The commands beside scan, on real outputs."""
import json
import re
import shutil
import sqlite3
import subprocess
import unicodedata

import yaml

import harness
from harness import BAD_INPUT, CLOSED, DONE, FINDINGS, POLICY, ROOT, SAMPLE, database, equal, expect, folder, kakoi, scan, test

COMMANDS = ["scan", "watch", "assess", "diff", "merge", "query", "slice", "verify", "rules", "policy", "protocols"]


@test
def help_goes_to_standard_output():
    overview = kakoi("--help", wanted=DONE).stdout
    for command in COMMANDS:
        expect(re.search(rf"^  {command} ", overview, re.M), f"--help does not name {command}")
    listed = re.findall(r"^  (\w+) {2,}", overview, re.M)
    equal(listed, COMMANDS, "commands")
    for arguments in (["--help"], ["-h"], *([c, "--help"] for c in listed), *([c, "-h"] for c in listed)):
        done = kakoi(*arguments, wanted=DONE)
        expect("Usage: kakoi" in done.stdout and not done.stderr, f"{arguments}: {done.stdout!r} {done.stderr!r}")
    equal(kakoi("--version", wanted=DONE).stdout.split()[0], "kakoi", "--version")


def columns(line):
    return sum(1 + (unicodedata.east_asian_width(character) in "WF") for character in line)


@test
def help_is_in_the_readers_language_and_fits_a_terminal():
    for locale, japanese in (("ja_JP.UTF-8", True), ("ja_JP.eucJP", False), ("en_US.UTF-8", False)):
        for command in COMMANDS:
            done = subprocess.run([harness.program, command, "--help"], capture_output=True, text=True, check=True,
                                  env={"LC_ALL": "", "LC_MESSAGES": "", "LANG": locale})
            told, _, examples = done.stdout.partition("例:\n" if japanese else "Examples:\n")
            expect(("使い方" in told) == japanese, f"{command}, {locale}: {told}")
            description, _, options = told.partition("オプション:\n" if japanese else "Options:\n")
            for line in [*description.splitlines()[1:], *options.splitlines()]:
                expect(columns(line) <= 80, f"{command}, {locale}: {columns(line)} columns: {line}")
                expect(line.lstrip()[:1] not in {*"、。）」：ー"}, f"{command}: a line begins with punctuation: {line}")
            if japanese:
                expect(re.search("[ぁ-ん]", description), f"{command} is not described in Japanese")
                for option in re.split(r"\n(?=  (?:-|    --))", options.rstrip()):
                    expect(re.search("[ぁ-んァ-ヶ一-龠]", option), f"{command}: not in Japanese: {option}")
            for example in examples.splitlines():
                expect(example.startswith("  "), f"{command}: {example}")
        overview = subprocess.run([harness.program, "--help"], capture_output=True, text=True, check=True, env={"LANG": locale}).stdout
        expect(("コマンド" in overview) == japanese, overview)
    japan_first = subprocess.run([harness.program, "--help"], capture_output=True, text=True, check=True,
                                 env={"LC_ALL": "C", "LANG": "ja_JP.UTF-8"}).stdout
    expect("Commands" in japan_first, "LC_ALL counts before LANG")


@test
def query_prints_what_sqlite_reads():
    sql = "select asset_id, name, purdue_level from asset order by 1"
    with database(scan(SAMPLE)) as db:
        wanted = [["" if cell is None else str(cell) for cell in row] for row in db.execute(sql)]
    lines = kakoi("query", scan(SAMPLE) / "inventory.db", sql, wanted=DONE).stdout.splitlines()
    equal(lines[0].split("\t"), ["asset_id", "name", "purdue_level"], "head")
    equal([line.split("\t") for line in lines[1:]], wanted, "rows")
    kakoi("query", scan(SAMPLE) / "inventory.db", sql + "; -- that is all", wanted=DONE)
    for second in ("select 2", "drop table asset", "nonsense"):
        refused = kakoi("query", scan(SAMPLE) / "inventory.db", f"select 1; {second}", wanted=BAD_INPUT)
        expect(not refused.stdout and len(refused.stderr.splitlines()) == 1, f"{refused.stdout!r} {refused.stderr!r}")


@test
def rules_list_show_and_check():
    files = {p.stem for pack in (ROOT / "rules").iterdir() if pack.name in ("baseline", "timely") for p in pack.glob("*.yaml")
             if p.stem != "pack"}
    listed = kakoi("rules", "list", wanted=DONE).stdout.splitlines()
    equal({line.split()[0] for line in listed}, files, "rules listed")
    for rule in sorted(files):
        for language, title in (("en", "en"), ("ja", "ja")):
            shown = kakoi("rules", "show", rule, "--lang", language, wanted=DONE).stdout
            (source,) = (ROOT / "rules").glob(f"*/{rule}.yaml")
            expect(yaml.safe_load(source.read_text())["title"][title] in shown, f"{rule}: no {language} title")
            expect("select" in shown.lower(), f"{rule}: no query")
    expect("ja or en" in kakoi("rules", "list", "--lang", "xx", wanted=BAD_INPUT).stderr, "a language that is none")
    checked = kakoi("rules", "check", wanted=DONE).stdout
    expect(checked.startswith(f"{len(files)} rules"), checked)
    one = folder("rules")
    (source,) = (ROOT / "rules").glob("*/external-inbound.yaml")
    (one / source.name).write_text(source.read_text())
    kakoi("rules", "check", one, wanted=DONE)
    (one / source.name).write_text(source.read_text().replace("from asset c", "from no_such_table c"))
    refused = kakoi("rules", "check", one, wanted=2).stderr
    expect(source.name in refused and "no_such_table" in refused, refused)


@test
def protocols_are_listed():
    names = {line.split()[0] for line in kakoi("protocols", wanted=DONE).stdout.splitlines()}
    for name in ("modbus", "dnp3", "iec104", "http", "tls", "ftp", "telnet", "snmp", "ssh", "ntp", "dns", "dhcp"):
        expect(name in names, f"{name} is missing of {sorted(names)}")
    seen = {p for out in (SAMPLE, CLOSED) for (p,) in database(scan(out)).execute("select distinct protocol from link where protocol <> ''")}
    expect({"arp", "icmp"} & seen and seen <= names, f"links have {sorted(seen - names)}, which are not listed")


@test
def a_policy_that_changes_results_is_not_told_to_declare_nothing():
    policy = folder("policy") / "site.yaml"
    for text, note in (("allowed_external: [{name: x, cidr: 198.51.100.7}]", False), ("internal_public_ranges: [150.100.1.0/24]", False),
                       ("site: Plant", True)):
        policy.write_text(text + "\n")
        told = kakoi("policy", "check", policy, wanted=DONE).stderr
        equal("declares nothing to judge by" in told, note, text)


@test
def the_drafts_of_policy_and_register_go_together():
    out, drafts = scan(SAMPLE), folder("drafts")
    for kind, name in (("init", "site.yaml"), ("register", "ledger.csv")):
        (drafts / name).write_text(kakoi("policy", kind, out, wanted=DONE).stdout)
    done = kakoi("assess", out, "-p", drafts / "site.yaml", "--assets", drafts / "ledger.csv", "-o", drafts / "out", wanted=DONE)
    expect("declared twice" not in done.stderr, done.stderr)
    sources = [s for (s,) in database(drafts / "out").execute("select source from declared_asset")]
    expect(len(sources) > 10 and all("site.yaml:" in s and "ledger.csv:" in s for s in sources), sources)
    (drafts / "site.yaml").write_text(re.sub(r'vendor: "[^"]*"', "vendor: Other", (drafts / "site.yaml").read_text()))
    told = kakoi("assess", out, "-p", drafts / "site.yaml", "--assets", drafts / "ledger.csv", "-o", drafts / "no", wanted=2).stderr
    expect(all(re.search(r"ledger.csv:\d+: .* declared in site.yaml:\d+, too, and otherwise: vendor '.*' here and 'Other' there", line)
               for line in told.splitlines()), told)


@test
def damage_is_told_once_and_as_such():
    out, place = scan(SAMPLE), folder("damage")
    cut, other = place / "trunc.db", place / "state.db"
    cut.write_bytes((out / "inventory.db").read_bytes()[:200_000])
    for command in (["query", cut, "select 1"], ["assess", cut, "-o", place / "out"], ["diff", out, cut], ["merge", out, cut, "-o", place / "out"]):
        told = kakoi(*command, wanted=2).stderr
        expect("damaged" in told and told.count("trunc.db") == 1, told)
    shutil.copy(out / "inventory.db", other)
    for state, words in (("randomblob(4000)", "is damaged"), ("cast('kakoi state 1' || char(10) as blob)", "another version of kakoi")):
        with sqlite3.connect(other) as db:
            db.execute(f"update part set state = {state}")
        told = kakoi("merge", other, "-o", place / "out", wanted=2).stderr
        expect(words in told, told)


@test
def what_is_refused_says_nothing_else():
    refused = kakoi("query", scan(SAMPLE), "delete from asset", wanted=2)
    equal(refused.stdout, "", "a head before the error")
    expect("did you mean" not in kakoi("scan", "--bogus", wanted=2).stderr, "a far option is suggested")
    expect("(did you mean '--policy'?)" in kakoi("scan", "--polcy", "x", wanted=2).stderr, "a near option is not suggested")


@test
def assess_finds_what_scan_found():
    for capture in (SAMPLE, CLOSED):
        given = scan(capture, "--lang", "en")
        before = (given / "inventory.db").read_bytes()
        out = folder("assessed")
        kakoi("assess", given / "inventory.db", "--out", out, "--lang", "en", wanted=DONE)
        for name in ("findings.json", "inventory.json", "assets.csv", "links.csv", "report.html"):
            expect((out / name).read_bytes() == (given / name).read_bytes(), f"{capture.name}: {name} differs")
        equal((given / "inventory.db").read_bytes(), before, "the inventory given")


@test
def assess_applies_a_policy_as_scan_does():
    out, back = folder("assessed"), folder("assessed")
    kakoi("assess", scan(CLOSED) / "inventory.db", "--policy", POLICY, "--fail-on", "info", "--out", out, wanted=DONE)
    for name in ("findings.json", "inventory.json", "assets.csv", "links.csv"):
        expect((out / name).read_bytes() == (scan(CLOSED, "--policy", POLICY) / name).read_bytes(), f"{name} differs")
    kakoi("assess", out / "inventory.db", "--out", back, wanted=DONE)  # and nothing of it stays
    expect((back / "findings.json").read_bytes() == (scan(CLOSED) / "findings.json").read_bytes(), "the policy left traces")


@test
def a_policy_begun_from_an_inventory_holds():
    for capture in (SAMPLE, CLOSED):
        site = folder("policy") / "site.yaml"
        site.write_text(kakoi("policy", "init", scan(capture) / "inventory.db", wanted=DONE).stdout)
        expect(yaml.safe_load(site.read_text())["zones"], f"{capture.name}: no zones")
        kakoi("policy", "check", site, wanted=DONE)
        out = scan(capture, "--policy", site)
        equal(json.loads((out / "inventory.json").read_text())["policy"], "declared", "policy")
    kakoi("policy", "check", POLICY, wanted=DONE)


@test
def an_accepted_finding_no_longer_counts():
    site = folder("policy") / "site.yaml"
    with database(scan(SAMPLE)) as db:
        rows = db.execute("select finding_id, rule_id from finding where severity = 'critical'").fetchall()
    site.write_text("acceptances:\n" + "".join(
        f"  - {{rule: {rule}, finding: \"{finding}\", reason: agreed, approver: plant manager}}\n" for finding, rule in rows))
    out = folder("out")
    kakoi("scan", SAMPLE, "--policy", site, "--out", out, wanted=DONE)
    with database(out) as db:
        accepted = {f for (f,) in db.execute("select finding_id from finding where accepted = 1")}
    equal(accepted, {f for f, _ in rows}, "accepted")
    kakoi("scan", SAMPLE, "--policy", site, "--fail-on", "critical", "--out", out, wanted=DONE)
    kakoi("scan", SAMPLE, "--policy", site, "--fail-on", "high", "--out", out, wanted=FINDINGS)
    counts = json.loads((out / "findings.json").read_text())["counts"]
    equal((counts["critical"], counts["accepted"]), (0, len(rows)), "counts")


@test
def an_acceptance_that_has_ended_is_told():
    site = folder("policy") / "site.yaml"
    with database(scan(SAMPLE)) as db:
        (kept, _), (ended, _) = db.execute("select finding_id, rule_id from finding where severity = 'critical' limit 2").fetchall()
    site.write_text(f"acceptances:\n  - {{finding: '{kept}', reason: agreed, approver: Sato, expires: 2099-12-31}}\n"
                    f"  - {{finding: '{ended}', reason: until spring, approver: Sato, expires: 2020-01-01}}\n")
    out = folder("out")
    done = kakoi("assess", scan(SAMPLE) / "inventory.db", "--policy", site, "--lang", "en", "--out", out, wanted=DONE)
    expect(f"acceptance of finding {ended} ended on 2020-01-01: 1 finding counts again" in done.stderr, done.stderr)
    expect("; accepted besides: 1\n" in done.stdout, done.stdout)
    found = {f["id"]: f for f in json.loads((out / "findings.json").read_text())["findings"]}
    equal((found[kept]["accepted"], found[kept]["acceptance_reason"]), (True, "agreed (Sato, ≤ 2099-12-31)"), "kept")
    equal((found[ended]["accepted"], found[ended]["acceptance_reason"]), (False, "until spring (Sato, ≤ 2020-01-01)"), "ended")
    expect("until spring (Sato" in (out / "report.html").read_text(), "not in the page")


@test
def a_protocol_of_the_policy_must_be_one_that_is_known():
    site = folder("policy") / "site.yaml"
    site.write_text("zones: [{id: a, kind: ot}, {id: b, kind: it}]\nconduits: [{from: a, to: b, protocols: [ftp_data, mobdus]}]\n")
    for call in (["policy", "check", site], ["assess", scan(SAMPLE) / "inventory.db", "--policy", site, "--out", folder("out")]):
        refused = kakoi(*call, wanted=2).stderr
        expect("site.yaml:2:51: unknown protocol 'mobdus' (did you mean 'modbus'?)" in refused, refused)
