"""merge: several inventories as one."""
import contextlib
import shutil
import sqlite3

from harness import BAD_INPUT, CLOSED, DONE, ROOT, SAMPLE, database, equal, expect, folder, kakoi, scan, test


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
    expect(f"{scan(SAMPLE)}/inventory.db (one key); {other}/inventory.db (another key)" in done.stderr, done.stderr)
    overlapping = [folder("first"), folder("second")]
    for out, capture in zip(overlapping, ("address-once", "address-twice")):
        kakoi("scan", CLOSED, ROOT / "pcaps" / "rules" / f"{capture}.pcapng", "-o", out, "--quiet", wanted=DONE)
    done = kakoi("merge", *overlapping, "-o", folder("merged"), wanted=BAD_INPUT)
    expect(f"closed-plant.pcapng (in {overlapping[0]}, {overlapping[1]})" in done.stderr, done.stderr)


@test
def an_inventory_that_can_not_be_read_is_named():
    def broken(change):
        path = folder("broken") / "inventory.db"
        shutil.copy(scan(CLOSED) / "inventory.db", path)
        with contextlib.closing(sqlite3.connect(path)) as db, db:
            (state,) = db.execute("select state from part").fetchone()
            db.execute("update part set state = ?", [change(state)])
        return path
    for change, why in ((lambda s: b"kakoi state 1\n" + s, "written by another version of kakoi"),
                        (lambda s: b"older" + s[5:], "is damaged: it does not begin as one that kakoi wrote"),
                        (lambda s: s[:len(s) // 2], "can't be read: it ends early"),
                        (lambda s: s + b"more", "can't be read: something follows its end")):
        path = broken(change)
        done = kakoi("merge", scan(SAMPLE), path, "-o", folder("merged"), wanted=BAD_INPUT)
        expect(f"kakoi: {path}: the state " in done.stderr and why in done.stderr, done.stderr)
        equal(len(done.stderr.splitlines()), 1, done.stderr)


@test
def two_networks_with_the_same_numbers_are_told():
    data = CLOSED.read_bytes()
    for mac, in database(scan(CLOSED)).execute("select distinct value from address where kind = 'mac'"):
        old = bytes.fromhex(mac.replace(":", ""))
        if not old[0] & 1:
            data = data.replace(old, old[:3] + bytes([old[3] ^ 0xFF]) + old[4:])
    other = folder("other") / "other.pcapng"
    other.write_bytes(data)
    out = folder("south")
    kakoi("scan", other, "-o", out, "--quiet", wanted=DONE)
    done = kakoi("merge", scan(CLOSED), out, "-o", folder("merged"), wanted=DONE)
    expect("do not merge them" in done.stderr, done.stderr)
    done = kakoi("merge", scan(CLOSED), scan(SAMPLE), "-o", folder("merged"), wanted=DONE)
    equal(done.stderr, "", "two networks with numbers of their own")
