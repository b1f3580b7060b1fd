"""An inventory many times the size of one that was scanned: the plant again and again, each with addresses, VLANs and names
of its own, and links between the plants besides.

    grown_inventory.py INVENTORY.db GROWN.db PLANTS LINKS

Every table holds what it would hold after a scan; what a judgement adds (findings, zones, risk) is left to kakoi assess."""
import contextlib
import random
import re
import sqlite3
import sys

# What the policy and the rules write anew with each judgement.
JUDGED = {"finding", "finding_packet", "finding_asset", "evaluated_rule", "reach", "risk", "framework", "framework_source",
          "verdict", "verdict_check", "requirement", "contract", "zone", "zone_member", "address_range", "default_credential"}
ONCE = {"meta", "capture", "coverage"}
OMITTED = {"part"}  # the state for kakoi merge
ASSETS = {"asset_id", "client_id", "server_id", "announced_by", "asker_id", "target_id"}
UNIQUE = {"name", "serial", "fingerprint"}  # attributes that differ from plant to plant
SHARED = ("internet", "multicast", "broadcast")
SECRETS_SHARED_BY = 10  # plants with the same passwords and certificates
NETWORK = re.compile(r"\b(?:10\.\d{1,3}|192\.168|172\.(?:1[6-9]|2\d|3[01]))\.\d{1,3}\.\d{1,3}\b")
MAC = re.compile(r"\b[0-9a-f]{2}(?::[0-9a-f]{2}){5}\b")
LINK_LOCAL = re.compile(r"\bfe80:[0-9a-f:]+")


def numbered(old, n):
    """Another id, as evenly spread as the hashes that ids are."""
    return old ^ n * 0x9E3779B97F4A7C15 & (1 << 63) - 1


class Mover:
    """Addresses of plant 0 as plant `n` has them."""

    def __init__(self):
        self.networks = {}

    def __call__(self, text, n):
        if n == 0 or text is None:
            return text

        def network(found):
            octets = found[0].split(".")
            index = n * 8 + self.networks.setdefault(".".join(octets[:3]), len(self.networks)) % 8
            return f"10.{index >> 8}.{index & 255}.{octets[3]}"

        def mac(found):
            value = int(found[0].replace(":", ""), 16)
            value = value & ~0xFFFFFF | (value + n * 1009) & 0xFFFFFF
            return ":".join(f"{value >> shift & 255:02x}" for shift in range(40, -8, -8))
        return LINK_LOCAL.sub(lambda found: f"{found[0]}:{n:x}"[:39], MAC.sub(mac, NETWORK.sub(network, text)))


def grow(source, target, plants, links):
    chance = random.Random(6)
    with contextlib.closing(sqlite3.connect(target)) as db:
        db.execute("pragma journal_mode = off")
        db.execute("pragma synchronous = off")
        db.execute("attach ? as small", (str(source),))
        tables = dict(db.execute("select name, sql from small.sqlite_master where type = 'table'"))
        for sql in tables.values():
            db.execute(sql)
        for (sql,) in db.execute("select sql from small.sqlite_master where type = 'view'").fetchall():
            db.execute(sql)
        shared = {asset for asset, scope in db.execute("select asset_id, scope from small.asset") if scope in SHARED}
        move = Mover()

        def value(table, column, old, n, row):
            if old is None:
                return n if column == "vlan" else None
            if column in ASSETS:
                return old if old in shared or n == 0 else f"{old}-{n}"
            if column.endswith("packet_id") or column == "link_id":
                return numbered(old, n)
            if column == "vlan":
                return old + n * 4096
            if table == "attribute" and column == "value":
                if row["name"] == "same_identity":
                    return old if n == 0 else f"{old}-{n}"
                return f"{old}-{n}" if row["name"] in UNIQUE and n else move(old, n)
            if table == "asset" and column in UNIQUE and old and n:
                moved = move(old, n)
                return moved if moved != old else f"{old}-{n}"
            if column == "fingerprint" and old:
                return f"{old}-{n // SECRETS_SHARED_BY}"
            return move(old, n) if isinstance(old, str) else old

        for table in tables:
            if table in JUDGED | OMITTED:
                continue
            cursor = db.execute(f"select * from small.{table}")
            columns = [each[0] for each in cursor.description]
            rows = [dict(zip(columns, row)) for row in cursor]

            def grown():
                for n in range(1 if table in ONCE else plants):
                    for row in rows:
                        if n and table == "asset" and row["asset_id"] in shared:
                            continue  # one for all
                        if n and table in ("address", "attribute") and row["asset_id"] in shared:
                            continue
                        yield [value(table, column, row[column], n, row) for column in columns]
            db.executemany(f"insert into {table} values ({', '.join('?' * len(columns))})", grown())

        # Between the plants: what somebody else says to somebody else, with the operations that go with it.
        columns = [each[1] for each in db.execute("pragma table_info(link)")]
        place = {name: i for i, name in enumerate(columns)}
        hosts = db.execute("select asset_id, min(value) from asset join address using (asset_id) "
                           "where kind = 'ipv4' and scope = 'local' group by asset_id order by asset_id").fetchall()
        models = [row for row in db.execute("select * from small.link where transport in ('tcp', 'udp')")
                  if not {row[place["client_id"]], row[place["server_id"]]} & shared]
        said = {row[place["link_id"]]: db.execute("select * from small.operation where link_id = ?", (row[place["link_id"]],)).fetchall()
                for row in models}
        missing = links - db.execute("select count(*) from link").fetchone()[0]
        operations = []

        def between():
            for number in range(max(missing, 0)):
                row = list(chance.choice(models))
                if number % 10 == 0:
                    operations.extend((numbered(number, plants), *each[1:]) for each in said[row[0]])
                (row[place["client_id"]], row[place["client_address"]]), (row[place["server_id"]], row[place["server_address"]]) = (
                    chance.choice(hosts), chance.choice(hosts))
                row[0] = numbered(number, plants)
                yield row
        db.executemany(f"insert into link values ({', '.join('?' * len(columns))})", between())
        db.executemany("insert into operation values (" + ", ".join("?" * len(operations[0])) + ")" if operations else "select ?", operations)
        for (sql,) in db.execute("select sql from small.sqlite_master where type = 'index' and sql is not null").fetchall():
            db.execute(sql)
        db.commit()


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    grow(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
