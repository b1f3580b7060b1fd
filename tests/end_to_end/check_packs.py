"""Rule packs, signed and not; rules tried out as docs/writing-rules.md tells; times of conduits."""
import hashlib
import json
import re
import shutil
import subprocess

from harness import BAD_INPUT, DONE, ROOT, SAMPLE, database, equal, expect, folder, kakoi, scan, test


def code_blocks(language):
    text = (ROOT / "docs" / "writing-rules.md").read_text()
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def rule_of_the_manual():
    (rule,) = [block for block in code_blocks("yaml") if block.startswith("id: ssh-to-control-host")]
    return rule


def pack(date="2026-01-01", until="2099-12-31", ident="mine"):
    out = folder("pack")
    (out / "my-rule.yaml").write_text(rule_of_the_manual())
    (out / "pack.yaml").write_text(f"id: {ident}\nversion: '7'\ndate: {date}\nvalid_until: {until}\n"
                                   "title: {en: Mine, ja: 独自}\n")
    return out


def sign(out, key):
    (out / "pack.sha256").write_text("".join(f"{hashlib.sha256(p.read_bytes()).hexdigest()}  {p.name}\n"
                                             for p in sorted(out.glob("*.yaml"))))
    subprocess.run(["openssl", "pkeyutl", "-sign", "-rawin", "-inkey", key, "-in", out / "pack.sha256",
                    "-out", out / "pack.sha256.sig"], check=True)


def keys():
    out = folder("keys")
    for name in ("right", "wrong"):
        subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", out / f"{name}.pem"], check=True)
        subprocess.run(["openssl", "pkey", "-in", out / f"{name}.pem", "-pubout", "-out", out / f"{name}.pub"], check=True)
    return out


@test
def a_pack_adds_rules_and_says_whence():
    out = folder("out")
    kakoi("assess", scan(SAMPLE) / "inventory.db", "--pack", pack(), "--out", out, wanted=DONE)
    manifest = json.loads((out / "manifest.json").read_text())
    expect("mine 7 (unsigned, 1 rule, current until 2099-12-31)" in manifest["run"]["packs"], manifest["run"])
    expect(any(i["kind"] == "rule pack mine 7, unsigned" for i in manifest["inputs"]), manifest["inputs"])
    with database(out) as db:
        rules = db.execute("select count(*) from evaluated_rule where rule_id in ('ssh-to-control-host', 'external-inbound')")
        equal(rules.fetchone()[0], 2, "rules that were run")


@test
def a_query_that_fits_no_table_is_told_before_anything_is_read():
    broken = pack()
    rule = broken / "my-rule.yaml"
    rule.write_text(rule.read_text().replace("asset_id as subject_id", "asset_idd as subject_id"))
    out = folder("out") / "none"
    done = kakoi("scan", SAMPLE, "--pack", broken, "--out", out, wanted=BAD_INPUT)
    expect("my-rule.yaml:" in done.stderr and "no such column" in done.stderr, done.stderr)
    expect(not out.exists(), "a folder was made")


@test
def a_stale_pack_is_told_in_the_report():
    out = folder("out")
    done = kakoi("assess", scan(SAMPLE) / "inventory.db", "--pack", pack("2020-01-01", "2020-06-30"), "--out", out, wanted=DONE)
    expect("rule pack mine 7 was current until 2020-06-30" in done.stderr, done.stderr)
    with database(out) as db:
        equal(db.execute("select level from coverage where metric = 'stale_rule_packs'").fetchall(), [("limited",)], "coverage")
    expect("2020-06-30" in (out / "report.html").read_text(), "not in the page")


@test
def a_pack_that_is_left_out_or_replaced_is_told():
    newer, older, out = pack("2026-06-01"), pack("2026-01-01"), folder("out")
    for first, second, why in ((newer, older, "mine 7 of 2026-01-01 is not used; 7 of 2026-06-01 is there already"),
                               (older, newer, "mine 7 of 2026-06-01 takes the place of 7 of 2026-01-01")):
        done = kakoi("assess", scan(SAMPLE) / "inventory.db", "--pack", first, "--pack", second, "--out", out, wanted=DONE)
        expect(f"note: {second}: rule pack {why}" in done.stderr, done.stderr)


@test
def a_pack_is_checked_as_it_will_be_used():
    place = folder("packs")
    for name in ("a", "b"):
        shutil.copytree(pack(ident=name), place / name)
    done = kakoi("rules", "check", place, wanted=DONE)
    equal(done.stdout.count("no mistakes"), 2, "packs of a folder")
    rule = place / "b" / "my-rule.yaml"
    rule.write_text(rule.read_text().replace("id: ssh-to-control-host", "id: external-inbound", 1))
    refused = kakoi("rules", "check", place / "b", wanted=BAD_INPUT).stderr
    expect("rule 'external-inbound' stands twice (baseline/external-inbound.yaml, " in refused, refused)
    (place / "a" / "my-rule.yaml").write_text("id: [\n")
    refused = kakoi("rules", "check", place, wanted=BAD_INPUT).stderr
    for name in ("a", "b"):
        expect(any(line.startswith(str(place / name)) for line in refused.splitlines()), f"{name} of both is told: {refused}")
    expect("did you mean 'external-inbound'?" in kakoi("rules", "show", "external-inbund", wanted=BAD_INPUT).stderr, "show")


@test
def signatures_of_packs_are_checked():
    secret = keys()
    signed, origin = pack(), "rule pack mine 7, "

    def told(*arguments):
        out = folder("out")
        kakoi("assess", scan(SAMPLE) / "inventory.db", "--out", out, *arguments, wanted=DONE)
        return {i["kind"] for i in json.loads((out / "manifest.json").read_text())["inputs"]}

    sign(signed, secret / "right.pem")
    expect(origin + "signed" in told("--pack", signed, "--pack-key", secret / "right.pub"), "signed")
    expect(origin + "signature not checked" in told("--pack", signed), "not checked")
    expect(origin + "unsigned" in told("--pack", pack(), "--pack-key", secret / "right.pub"), "unsigned")

    def refused(given, key, why):
        done = kakoi("assess", scan(SAMPLE) / "inventory.db", "--pack", given, "--pack-key", key, wanted=BAD_INPUT)
        expect(why in done.stderr and len(done.stderr.splitlines()) == 1, done.stderr)

    refused(signed, secret / "wrong.pub", "pack.sha256.sig is not a signature by the key given; the pack is refused")
    altered = folder("altered") / "pack"
    shutil.copytree(signed, altered)
    with open(altered / "my-rule.yaml", "a", encoding="utf-8") as file:
        file.write("# more\n")
    refused(altered, secret / "right.pub", "my-rule.yaml is not what pack.sha256 lists; the pack is refused")


@test
def the_manual_leads_to_a_working_rule():
    """The shell commands of docs/writing-rules.md, as they stand."""
    place = folder("manual")
    (place / "pcaps").symlink_to(ROOT / "pcaps")
    binary = folder("bin") / "kakoi"
    import harness  # pylint: disable=import-outside-toplevel
    binary.symlink_to(harness.program)
    (place / "my-rule.yaml").write_text(rule_of_the_manual())
    shell = "set -e\n" + "\n".join(code_blocks("sh"))
    done = subprocess.run(["bash", "-c", shell], cwd=place, capture_output=True, text=True, check=False,
                          env={"PATH": f"{binary.parent}:/usr/bin:/bin", "LC_ALL": "C.UTF-8"})
    equal(done.returncode, 0, done.stdout + done.stderr)
    expect("ssh-to-control-host: no mistakes, 2 examples as expected" in done.stdout, done.stdout)
    expect(re.search(r"inventory.db: [1-9]\d* finding", done.stdout), f"the rule finds nothing in the sample: {done.stdout}")
    expect("1 rule, 1 of them with examples" in done.stdout, done.stdout)
    with database(place / "judged") as db:
        expect(db.execute("select count(*) from finding where rule_id = 'ssh-to-control-host'").fetchone()[0] > 0, "no finding")


@test
def rules_test_tells_what_is_wrong():
    place = folder("rule")
    rule = place / "rule.yaml"
    for old, new, why in (("protocol = 'ssh' and", "protocol = 'ssh' andd", "SQL: near"),
                          ("protocol: ssh}\n  near_miss", "protocol: telnet}\n  near_miss", "this example must give a finding"),
                          ("{client_id}", "{client_ip}", "no column fills {client_ip}"),
                          ("severity: low", "severity: lov", "did you mean 'low'?")):
        text = rule_of_the_manual()
        rule.write_text(text.replace(old, new, 1))
        expect(rule.read_text() != text, f"{old} is not in the manual's rule")
        done = kakoi("rules", "test", rule, wanted=BAD_INPUT)
        expect(why in done.stderr and "rule.yaml:" in done.stderr, done.stderr)
