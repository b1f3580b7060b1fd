"""What pcaps/expected.yaml promises of a capture, held against an inventory database."""


def owned_addresses(db, subject):
    """All addresses of an asset; a subject that is no asset (a range, a VLAN) stands for itself."""
    rows = [value for (value,) in db.execute("select value from address where asset_id = ?", (subject,))]
    return set(rows) or {subject}


def as_list(value):
    return value if isinstance(value, list) else [value]


def findings(db):
    """[(finding_id, rule, addresses of the subject, addresses of every asset it names, detail)]"""
    found = []
    for finding, rule, subject, peer, detail in db.execute(
            "select finding_id, rule_id, subject_id, peer_id, detail_en from finding where accepted = 0 order by 1"):
        named = set()
        for (asset,) in db.execute("select asset_id from finding_asset where finding_id = ?", (finding,)):
            named |= owned_addresses(db, asset)
        found.append((finding, rule, owned_addresses(db, subject), named, detail))
    return found


def compare_findings(db, expected):
    """Lines that say what is missing, and what is there beyond the list. One finding may serve several
    rows (another host of the same subject), a row needs one finding."""
    lines, used = [], set()
    found = findings(db)
    for row in expected["findings"]:
        subjects, others = set(map(str, as_list(row["subject"]))), set(map(str, row.get("others", [])))
        hits = [f for f in found if f[1] == row["rule"] and subjects & f[2] and others <= f[3] | f[2]
                and row.get("scheme", "") in f[4]]
        if hits:
            used.update(f[0] for f in hits)
        else:
            near = [f for f in found if f[1] == row["rule"] and subjects & f[2]]
            lines.append(f"missing: {row['rule']} {row['subject']} {sorted(others)}" + (f"; near: {near}" if near else ""))
    if expected["complete"]:
        lines += [f"unexpected: {f[1]} {sorted(f[2])}: {f[4]}" for f in found if f[0] not in used]
    return lines


def compare_assets(db, expected):
    """Each host is one asset that owns its MAC and IP, with the claims listed; each service answered."""
    lines = []
    for row in expected["assets"]:
        owners = [{a for (a,) in db.execute("select asset_id from address where value = ?", (row[key],))} for key in ("mac", "ip")]
        both = owners[0] & owners[1]
        if len(both) != 1:
            lines.append(f"asset {row}: MAC belongs to {owners[0]}, IP to {owners[1]}")
            continue
        (asset,) = both
        name, vendor, product, firmware = db.execute("select name, vendor, product, firmware from asset where asset_id = ?", (asset,)).fetchone()
        if row.get("named_by") and name != row["name"]:
            lines.append(f"asset {row}: is called {name}")
        for method in row.get("named_by", []):
            if not db.execute("select 1 from attribute where asset_id = ? and name = 'name' and value = ? and method like ?",
                              (asset, row["name"], method + "%")).fetchone():
                lines.append(f"asset {row}: no name by {method}")
        for key, value in (("vendor", vendor), ("product", product), ("firmware", firmware)):
            if key in row and row[key] != value:
                lines.append(f"asset {row}: {key} is {value}")
    local = db.execute("select asset_id from asset where scope = 'local'").fetchall()
    if len(local) != len(expected["assets"]):
        lines.append(f"{len(expected['assets'])} local assets expected, {len(local)} found: {local}")
    for row in expected["services"]:
        hits = db.execute("select protocol, product from service where address = ? and transport = ? and port = ?",
                          (row["ip"], row["transport"], row["port"])).fetchall()
        wanted = (row["protocol"], row.get("product"))
        if not any(protocol == wanted[0] and (wanted[1] is None or product == wanted[1]) for protocol, product in hits):
            lines.append(f"service {row}: found {hits}")
    return lines
