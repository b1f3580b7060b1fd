"""Rules over large inventories: no query reads a table again for each row, and ten times the inventory takes about ten times
the work. What is counted is steps of SQLite, not time, so that the machine does not matter."""
import collections
import re
import sqlite3

import yaml

import grown_inventory
from harness import DONE, ROOT, SAMPLE, expect, folder, kakoi, scan, test

RULES = {rule["id"]: rule["query"] for layer in ("baseline", "timely") for path in sorted((ROOT / "rules" / layer).glob("*.yaml"))
         for rule in [yaml.safe_load(path.read_text())] if "query" in rule}
SCHEMA = (ROOT / "sensor" / "inventory" / "schema.sql").read_text()
FIXED = {"default_credential"}  # as long as rules/credentials
# Read once for each of a list of constants in the query; one row.
FEW = {("cloud-service-use", "x"), ("connectivity-probe", "n"), ("consumer-network-device", "v"), ("legacy-os", "v"),
       ("remote-access-tool", "x"), ("tunnel-tool", "x"), ("update-traffic-leaves", "x"), ("ot-command-undeclared-master", "m")}
STEP = 1000  # of SQLite's virtual machine, counted at a time


def sources(query):
    """{alias: table} of a query, and the names of the lists of constants in it."""
    constant = {name for name, body in re.findall(r"(\w+) \([\w, ]+\) as \((\s*values)", query)}
    return {alias: table for table, alias in re.findall(r"\b(?:from|join)\s+(\w+)\s+(?!where|on|join|left|cross|group|union)(\w+)", query)}, constant


def repeated_scans(db, query):
    """Aliases that are read as a whole for each row of what stands before them in a join, or of the query around them."""
    children, found = collections.defaultdict(list), []
    for node, parent, _, detail in db.execute("explain query plan " + query):
        children[parent].append((node, detail))

    def walk(node, inside):
        loops = 0
        for child, detail in children[node]:
            read = re.match(r"(SCAN|SEARCH) (\w+)", detail)
            if read and read[1] == "SCAN" and (inside or loops):
                found.append(read[2])
            loops += bool(read)
            walk(child, (inside or detail.startswith("CORRELATED")) and not detail.startswith("MATERIALIZE"))
    walk(0, False)
    return found


@test
def no_rule_reads_a_table_for_each_row():
    with sqlite3.connect(":memory:") as db:
        db.executescript(SCHEMA)
        for rule, query in RULES.items():
            tables, constant = sources(query)
            for alias in repeated_scans(db, query):
                table = tables.get(alias, alias)
                expect(table in FIXED | constant or (rule, alias) in FEW, f"{rule}: reads {table} ({alias}) again for each row")


def work(path):
    """{rule: steps} of all queries over an inventory."""
    counted, steps = {}, 0

    def tick():
        nonlocal steps
        steps += 1
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as db:
        db.set_progress_handler(tick, STEP)
        for rule, query in RULES.items():
            steps = 0
            for _ in db.execute(query):
                pass
            counted[rule] = steps * STEP
    return counted


@test
def ten_times_the_inventory_is_ten_times_the_work():
    """500 and 5,000 devices, 8,000 and 80,000 links; with zones, conduits and masters."""
    base, site = folder("grown"), folder("site") / "site.yaml"
    zones = [{"id": f"z{k}", "name": f"Zone {k}", "kind": ("ot", "it", "dmz")[k % 3], "level": (1, 4, 3.5)[k % 3],
              "members": [{"cidr": f"10.{k}.0.0/16"}]} for k in range(8)]
    conduits = [{"from": f"z{k}", "to": f"z{(k + d) % 8}", "protocols": ["modbus", "http"]} for k in range(8) for d in (1, 3)]
    site.write_text(yaml.safe_dump({"site": "grown", "zones": zones, "conduits": conduits, "masters": ["10.0.8.10"], "ranges": ["10.0.0.0/9"]}))
    steps = []
    for plants in (20, 200):
        database = base / f"{plants}.db"
        grown_inventory.grow(scan(SAMPLE) / "inventory.db", database, plants, plants * 400)
        out = folder("out")
        kakoi("assess", database, "--policy", site, "--out", out, wanted=DONE)
        steps.append(work(out / "inventory.db"))
    small, large = steps
    for rule in RULES:
        expect(large[rule] <= 15 * small[rule] + 2_000_000, f"{rule}: {small[rule]} steps, and {large[rule]} for ten times as much")
    total = sum(large.values()) / sum(small.values())
    expect(total <= 12, f"all rules: {total:.1f} times the steps for ten times as much")
