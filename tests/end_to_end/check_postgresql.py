"""The inventory in PostgreSQL: schema.sql as it stands is taken there, and each shipped query finds the same rows as in SQLite
(decision 4). Needs PostgreSQL's programs; as root, which PostgreSQL refuses, they run as its own user."""
import csv
import glob
import io
import os
import pathlib
import re
import shutil
import subprocess
import time

import yaml

from harness import CLOSED, POLICY, ROOT, SAMPLE, database, equal, expect, folder, scan, test

SCHEMA = (ROOT / "sensor/inventory/schema.sql").read_text()
TABLES = re.findall(r"^CREATE TABLE (\w+)", SCHEMA, re.MULTILINE)


def program(name):
    found = sorted(glob.glob(f"/usr/lib/postgresql/*/bin/{name}")) or [shutil.which(name)]
    return found[-1] or name


class Server:
    """A cluster of its own, without a port, until the end of the `with`."""

    def __enter__(self):
        self.place = folder("postgresql")
        self.place.chmod(0o755)
        data = self.place / "data"
        data.mkdir()
        self.to_user = []
        if os.geteuid() == 0:
            for path in (self.place, data):
                shutil.chown(path, "postgres", "postgres")
            for above in self.place.parents[:1]:
                above.chmod(above.stat().st_mode | 0o011)  # to be passed through
            self.to_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        subprocess.run([*self.to_user, program("initdb"), "--no-sync", "-A", "trust", "-U", "kakoi", "-E", "UTF8", "--locale=C", "-D", data],
                       check=True, capture_output=True, cwd="/")
        self.process = subprocess.Popen([*self.to_user, program("postgres"), "-D", data, "-k", self.place, "-c", "listen_addresses=", "-c", "fsync=off"],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/")
        for _ in range(300):
            if self.psql("postgres", "select 1").returncode == 0:
                break
            time.sleep(0.1)
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    def psql(self, name, sql):
        return subprocess.run([program("psql"), "-h", self.place, "-U", "kakoi", "-d", name, "-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", "-"],
                              input=sql, capture_output=True, text=True, check=False)


def shipped_queries():
    for file in sorted(ROOT.glob("rules/*/*.yaml")):
        rule = yaml.safe_load(file.read_text())
        if isinstance(rule, dict) and "query" in rule:
            yield rule["id"], rule["query"]
    for requirement in yaml.safe_load((ROOT / "rules/frameworks/contracts.yaml").read_text())["requirements"]:
        yield requirement["id"], requirement["query"]


def field(value):
    return "" if value is None else '"' + str(value).replace('"', '""') + '"'  # NULL is without quotes


def copied(db):
    for table in TABLES:
        if table != "part":  # octets of kakoi's own
            rows = db.execute(f"select * from {table}").fetchall()
            yield f"copy {table} from stdin with (format csv);\n" + "".join(",".join(map(field, row)) + "\n" for row in rows) + "\\.\n"


def same(value):  # truth is a number in SQLite
    return {None: "", "t": "1", "f": "0"}.get(value, str(value))


@test
def postgresql_takes_the_schema_and_every_query_and_finds_the_same():
    pairs = folder("pairs")
    for capture in (ROOT / "pcaps/rules").glob("*.pcapng"):  # in which every rule finds something, but those that need a policy
        (pairs / capture.name).symlink_to(capture)
    rows = 0
    with Server() as server:
        for name, out in [("sample", scan(SAMPLE)), ("closed", scan(CLOSED, "--policy", POLICY)), ("pairs", scan(*sorted(pairs.iterdir())))]:
            server.psql("postgres", f"create database {name}")
            made = server.psql(name, SCHEMA)
            if not expect(made.returncode == 0, f"schema.sql in PostgreSQL: {made.stderr}"):
                return
            db = database(out)
            filled = server.psql(name, "".join(copied(db)))
            expect(filled.returncode == 0, f"{name}: {filled.stderr}")
            for rule, query in shipped_queries():
                found = server.psql(name, f"copy ({query.strip().rstrip(';')}) to stdout with (format csv)")
                if expect(found.returncode == 0, f"{rule}: {found.stderr}"):
                    there = sorted([same(v) for v in row] for row in csv.reader(io.StringIO(found.stdout)))
                    here = sorted([same(v) for v in row] for row in db.execute(query))
                    rows += len(here)
                    equal(there, here, f"{rule} on {name}")
    expect(rows > 500, f"{rows} rows to compare")
