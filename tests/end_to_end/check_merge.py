"""merge: several inventories as one."""
import sqlite3

from harness import BAD_INPUT, CLOSED, DONE, ROOT, SAMPLE, equal, expect, folder, kakoi, scan, test


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
    overlapping = [folder("first"), folder("second")]
    for out, capture in zip(overlapping, ("address-once", "address-twice")):
        kakoi("scan", CLOSED, ROOT / "pcaps" / "rules" / f"{capture}.pcapng", "-o", out, "--quiet", wanted=DONE)
    done = kakoi("merge", *overlapping, "-o", folder("merged"), wanted=BAD_INPUT)
    expect(f"closed-plant.pcapng (in {overlapping[0]}, {overlapping[1]})" in done.stderr, done.stderr)
