"""merge and diff: several inventories, one after the other or as one."""
import json
import sqlite3

from harness import BAD_INPUT, CLOSED, DONE, SAMPLE, equal, expect, folder, kakoi, scan, test


def tables(out):
    """All rows but those of `part`, which tells what the inventory was put together from."""
    db = sqlite3.connect(f"file:{out / 'inventory.db'}?mode=ro", uri=True)
    names = [name for (name,) in db.execute("select name from sqlite_master where type = 'table' and name <> 'part' order by 1")]
    return {name: db.execute(f"select * from {name}").fetchall() for name in names}


def merge(*inventories):
    out = folder("merged")
    kakoi("merge", *(i / "inventory.db" for i in inventories), "-o", out, wanted=DONE)
    return out


@test
def merging_is_scanning_both():
    together, sample, closed = scan(SAMPLE, CLOSED), scan(SAMPLE), scan(CLOSED)
    both = merge(sample, closed)
    equal(tables(both), tables(together), "merge of two scans")
    for name in ("findings.json", "inventory.json", "assets.csv", "links.csv", "report.html"):
        expect((both / name).read_bytes() == (together / name).read_bytes(), f"{name} differs")


@test
def order_and_repetition_do_not_show():
    sample, closed = scan(SAMPLE), scan(CLOSED)
    both = merge(sample, closed)
    for other in (merge(closed, sample), merge(sample, closed, sample), merge(merge(closed, sample), closed)):
        expect((both / "inventory.db").read_bytes() == (other / "inventory.db").read_bytes(), "inventory.db differs")


@test
def what_can_not_be_merged_is_told():
    done = kakoi("merge", scan(SAMPLE) / "report.html", "-o", folder("merged"), wanted=BAD_INPUT)
    expect("report.html" in done.stderr and len(done.stderr.splitlines()) == 1, done.stderr)
    key = folder("key") / "key"
    key.write_bytes(b"a key of our own")
    other = scan(CLOSED, "--fingerprint-key", key)
    done = kakoi("merge", scan(SAMPLE) / "inventory.db", other / "inventory.db", "-o", folder("merged"), wanted=BAD_INPUT)
    expect("fingerprint-key" in done.stderr, done.stderr)


@test
def nothing_changed_between_a_survey_and_itself():
    inventory = scan(SAMPLE) / "inventory.db"
    report = folder("diff") / "diff.json"
    kakoi("diff", inventory, inventory, "--json", report, wanted=DONE)
    changes = json.loads(report.read_text())
    for section in ("assets", "services", "links", "operations", "findings"):
        equal(changes[section]["rows"], [], section)
        expect(changes[section]["unchanged"] == changes[section]["before"] > 0, section)


@test
def what_one_survey_adds_is_new_and_what_it_lacks_is_not_proven_gone():
    sample, both = scan(SAMPLE) / "inventory.db", scan(SAMPLE, CLOSED) / "inventory.db"
    out = folder("diff")
    text = kakoi("diff", sample, both, "--lang", "en", "--json", out / "d.json", "--html", out / "d.html", wanted=DONE).stdout
    changes = json.loads((out / "d.json").read_text())
    new = {row["key"] for row in changes["assets"]["rows"] if row["change"] == "new"}
    db = sqlite3.connect(both)
    wanted = {a for (a,) in db.execute("select asset_id from asset where scope in ('local','remote','internet')")}
    db = sqlite3.connect(sample)
    wanted -= {a for (a,) in db.execute("select asset_id from asset")}
    equal(new, wanted, "new assets")
    expect("not seen again" in text and "does not prove" in text, text)
    page = (out / "d.html").read_text()
    expect(not any(word in page for word in ("<script", "src=", "href=", "url(", "@import")), "the page refers to something else")
    back = json.loads(kakoi_json(both, sample))
    gone = {row["key"] for row in back["assets"]["rows"] if row["change"] == "gone"}
    equal(gone, wanted, "gone assets")


def kakoi_json(old, new):
    report = folder("diff") / "diff.json"
    kakoi("diff", old, new, "--json", report, wanted=DONE)
    return report.read_text()
