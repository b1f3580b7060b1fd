"""What kakoi's inventory has to hold after a Modbus client's log, and whether a server's log agrees."""
import collections

FUNCTIONS = {
    "read_coils": 1, "read_discrete_inputs": 2, "read_holding_registers": 3, "read_input_registers": 4, "write_coil": 5,
    "write_register": 6, "read_exception_status": 7, "query_data": 8, "bus_message_count": 8, "clear_counters": 8,
    "event_counter": 11, "event_log": 12, "write_coils": 15, "write_registers": 16, "report_server_id": 17, "read_file": 20,
    "write_file": 21, "mask_write_register": 22, "read_write_registers": 23, "read_fifo": 24, "read_device_identification": 43,
}
SUB_FUNCTIONS = {"query_data": 0, "clear_counters": 10, "bus_message_count": 11}
KINDS = {1: "coil", 2: "discrete input", 3: "holding register", 4: "input register", 5: "coil", 6: "holding register",
         15: "coil", 16: "holding register", 22: "holding register", 23: "holding register", 20: "file record",
         21: "file record", 24: "FIFO queue"}
OUTCOMES = {"ok": "accepted", "exception": "refused", "timeout": "unanswered", "malformed": "accepted"}
SHOWN = 8  # values of a write in the inventory, and "…" for the rest
ACKNOWLEDGE = 5  # an exception that accepts (V1.1b3 §7)


class Wanted:
    """`operations`: (unit, function, sub-function): [asked, answered, accepted, refused, unanswered]; `points`: (unit, kind,
    access, point); `actions`: (unit, function, kind, point, points, value, outcome)."""

    def __init__(self, log):
        self.operations, self.points, self.actions = {}, set(), collections.Counter()
        self.errors = [entry for entry in log if entry["outcome"] not in OUTCOMES]
        heard = {entry.get("connection"): at for at, entry in enumerate(log) if entry["outcome"] != "timeout"}
        for at, entry in enumerate(log):
            if entry["outcome"] in OUTCOMES:
                self.add(entry, at < heard.get(entry.get("connection"), -1))

    def add(self, entry, heard_later):
        unit, function = entry["unit"], entry.get("function") or FUNCTIONS[entry["do"]]
        outcome = "accepted" if entry.get("code") == ACKNOWLEDGE else OUTCOMES[entry["outcome"]]
        row = self.operations.setdefault((unit, function, SUB_FUNCTIONS.get(entry["do"])), [0] * 5)
        row[0] += 1
        if outcome == "unanswered" and not heard_later:
            outcome = ""  # silence says nothing where the server says nothing any more
        else:
            row[1] += outcome != "unanswered"
            row[["accepted", "refused", "unanswered"].index(outcome) + 2] += 1
        self.add_points(unit, function, entry)
        self.add_actions(unit, function, entry, outcome)

    def add_points(self, unit, function, entry):
        first = entry.get("address")
        if "file" in entry:
            first += 10000 * entry["file"]
        kind, values = KINDS.get(function), entry.get("values", [0])
        if function in (1, 2, 3, 4, 20, 23):
            self.points.update((unit, kind, "read", first + i) for i in range(entry["count"]))
        if function == 24:
            self.points.add((unit, kind, "read", first))
        if function in (5, 6, 15, 16, 21, 22, 23):
            first = entry.get("write_address", first)
            self.points.update((unit, kind, "write", first + i) for i in range(len(values)))

    def add_actions(self, unit, function, entry, outcome):
        values = entry.get("values", [])
        if entry["do"] == "clear_counters":
            self.actions[(unit, function, "", None, 1, "", outcome)] += 1
        if function not in (5, 6, 15, 16, 21, 22, 23):
            return
        texts = [("on" if v else "off") if KINDS[function] == "coil" else str(v) for v in values]
        text = " ".join(texts[:SHOWN]) + (" …" if len(texts) > SHOWN else "")
        if function == 22:
            text, values = f"and 0x{entry['and']:04X}, or 0x{entry['or']:04X}", [0]
        first = entry.get("write_address", entry["address"]) + 10000 * entry.get("file", 0)
        self.actions[(unit, function, KINDS[function], first, len(values), text, outcome)] += 1


class Found:
    """The same out of an inventory, of the link to one server."""

    def __init__(self, db, server, port, transport, protocol):
        links = [row[0] for row in db.execute(
            "select link_id from link where server_address = ? and server_port = ? and transport = ? and protocol = ?",
            (server, port, transport, protocol))]
        self.operations, self.points, self.actions = {}, set(), collections.Counter()
        self.anomalies = []
        for link in links:
            for unit, function, qualifier, *row in db.execute(
                    "select unit, function_code, qualifier, from_client, from_server, accepted, refused, unanswered"
                    " from operation where link_id = ? and protocol = ?", (link, protocol)):
                self.operations[(unit, function, qualifier)] = row
            for unit, kind, access, first, last in db.execute(
                    "select unit, kind, access, first, last from point_range where link_id = ?", (link,)):
                self.points.update((unit, kind, access, point) for point in range(first, last + 1))
            for row in db.execute("select unit, function_code, point_kind, point, points, value, outcome from control_action"
                                  " where link_id = ?", (link,)):
                self.actions[row] += 1
            self.anomalies += db.execute("select kind, detail, count from anomaly where link_id = ?", (link,)).fetchall()


def differences(wanted, found):
    """Lines, none if all agrees."""
    for key in sorted(set(wanted.operations) | set(found.operations), key=repr):
        w, f = wanted.operations.get(key), found.operations.get(key)
        if w != f:
            yield f"operation (unit, function, sub-function) {key}: the client saw asked, answered, accepted, refused, " \
                  f"unanswered {w}, kakoi {f}"
    for what, missing, extra in (("point", wanted.points - found.points, found.points - wanted.points),
                                 ("action", wanted.actions - found.actions, found.actions - wanted.actions)):
        for one in sorted(missing, key=repr):
            yield f"{what} {one}: the client's alone"
        for one in sorted(extra, key=repr):
            yield f"{what} {one}: kakoi's alone"


def server_differences(log, found):
    """The server's log has one entry an access: writes with their values, which kakoi's accepted actions have to tell."""
    told, seen, touched = collections.Counter(), collections.Counter(), set()
    for entry in log:
        points = range(entry["address"], entry["address"] + entry["count"])
        touched.update((entry["unit"], entry["kind"], point) for point in points)
        if entry["access"] == "write":
            for i, point in enumerate(points):
                told[(entry["unit"], entry["kind"], point, "masked" if entry.get("masked") else entry["values"][i])] += 1
    unseen = collections.Counter()  # beyond the eight values
    for (unit, function, kind, first, count, value, outcome), times in found.actions.items():
        if kind not in ("coil", "holding register") or outcome != "accepted":
            continue
        values = [{"on": 1, "off": 0}.get(v, v) for v in value.split()][:SHOWN] if function != 22 else ["masked"]
        for i in range(count):
            if i < len(values):
                seen[(unit, kind, first + i, values[i] if function == 22 else int(values[i]))] += times
            else:
                unseen[(unit, kind, first + i)] += times
    for key in list(told):
        if unseen[key[:3]] > 0 and seen[key] < told[key]:
            unseen[key[:3]] -= told[key] - seen[key]
            told[key] = seen[key]
    for one in sorted(told - seen, key=repr):
        yield f"write (unit, kind, point, value) {one}: the server's alone"
    for one in sorted(seen - told, key=repr):
        yield f"write (unit, kind, point, value) {one}: kakoi's alone"
    for one in sorted(touched - {(unit, kind, point) for unit, kind, _, point in found.points}, key=repr):
        yield f"point {one}: the server's alone"
