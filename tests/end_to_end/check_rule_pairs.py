"""Every rule on real packets: pcaps/rules/pairs.yaml names a capture that it must report on, and the nearest one that it must
not; further pairs stand under `more`. A rule without a pair is a failure."""
import concurrent.futures
import functools
import json
import shutil
import subprocess
import sys

import yaml

from check_advisories import advisory
from expectations import as_list, owned_addresses
from harness import DONE, PCAPS, ROOT, database, equal, expect, folder, kakoi, test

FOLDER = PCAPS / "rules"
PAIRS = yaml.safe_load((FOLDER / "pairs.yaml").read_text())
ALL = [(rule, pair) for rule, pair in PAIRS["rules"].items()] + [
    (rule, pair) for rule, pairs in PAIRS["more"].items() for pair in pairs]
RULES = sorted(rule["id"] for layer in ("baseline", "timely") for path in (ROOT / "rules" / layer).glob("*.yaml")
               for rule in [yaml.safe_load(path.read_text())] if "query" in rule)


def call(side):
    """What tells one scan from another."""
    return side["capture"], side.get("site", ""), json.dumps(side.get("csaf", []))


def scan(key):
    """The status, and {rule: [(subject, its addresses)]} of the findings."""
    capture, site, products = key
    out, given = folder("out"), folder("given")
    arguments = [FOLDER / f"{capture}.pcapng", "--evidence", "none", "--threads", "1"]
    if site:
        (given / "site.yaml").write_text(yaml.safe_dump({"site": site, **PAIRS["sites"][site]}, allow_unicode=True))
        arguments += ["--policy", given / "site.yaml"]
    for number, product in enumerate(json.loads(products), 1):
        (given / f"EX-{number}.json").write_text(json.dumps(advisory(f"EX-{number}", *product, "CVE-2024-0001")))
    if products != "[]":
        arguments += ["--advisories", given]
    done = kakoi("scan", *arguments, "--out", out, "--quiet")
    found = {}
    if done.returncode == DONE:
        with database(out) as db:
            for rule, subject in db.execute("select rule_id, subject_id from finding where accepted = 0"):
                found.setdefault(rule, []).append((subject, owned_addresses(db, subject)))
    shutil.rmtree(out)
    return done.returncode, done.stderr, found


@functools.cache
def scans():
    """All of them, two at a time; what they write is a megabyte or three each, so it does not stay."""
    keys = sorted({call(pair[side]) for _, pair in ALL for side in ("hit", "miss")})
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        return dict(zip(keys, pool.map(scan, keys)))


def findings(side, rule):
    status, errors, found = scans()[call(side)]
    equal(status, DONE, f"{side['capture']}: status; {errors}")
    return found.get(rule, [])


@test
def every_rule_has_a_pair_and_every_capture_a_rule():
    equal(sorted(PAIRS["rules"]), RULES, "rules with a pair")
    named = {side["capture"] for _, pair in ALL for side in (pair["hit"], pair["miss"])}
    equal(sorted(path.stem for path in FOLDER.glob("*.pcapng")), sorted(named), "captures")
    for rule, pair in ALL:
        expect(call(pair["hit"]) != call(pair["miss"]), f"{rule}: the two are one")


@test
def the_table_is_what_the_packs_say():
    done = subprocess.run([sys.executable, ROOT / "docs" / "rules.py", "--check"], capture_output=True, text=True, check=False)
    equal(done.returncode, 0, done.stderr)


def judge(rule, pair):
    def holds():
        subjects = {str(each).lower() for each in as_list(pair["subject"])}
        hits = findings(pair["hit"], rule)
        expect(hits, f"nothing in {pair['hit']['capture']}, which should report {subjects}")
        for subject, addresses in hits:
            expect(subjects & {each.lower() for each in addresses | {subject}},
                   f"{pair['hit']['capture']} reports {subject} {sorted(addresses)}, not {subjects}")
        equal(findings(pair["miss"], rule), [], pair["miss"]["capture"])
    holds.__name__ = f"{rule}: {pair['hit']['capture']}, not {pair['miss']['capture']}"
    return test(holds)


for each in ALL:
    judge(*each)
