"""What kakoi's inventory has to hold after the ASDUs that both ends of an IEC 60870-5-104 link logged."""
import collections

# Names of what is reported and commanded: IEC 60870-5-101 §7.2.1.
KINDS = {1: "single-point information", 3: "double-point information", 11: "measured value, scaled",
         13: "measured value, short float", 15: "integrated totals", 45: "single command", 46: "double command",
         47: "regulating step command", 49: "set point, scaled", 50: "set point, short float", 102: "information object"}
READ = 102
VALUES = {45: lambda f: ("off", "on")[f["scs"]], 46: lambda f: {1: "off", 2: "on"}[f["dcs"]],
          47: lambda f: {1: "lower", 2: "higher"}[f["rcs"]], 49: lambda f: str(f["scaled_value"]),
          50: lambda f: f"{f['scaled_value']:g}"}
DEACTIVATION = 8
FIRST_UNKNOWN, LAST_UNKNOWN = 44, 47  # causes that refuse


class Wanted:
    """`operations`: (common address, type, cause): [from client, from server, accepted, refused, unanswered]."""

    def __init__(self, log, with_session=True):
        self.operations, self.points, self.actions = {}, set(), collections.Counter()
        if with_session:
            self.actions.update([("STARTDT", None, "start", "", "accepted"), ("STOPDT", None, "stop", "", "accepted")])
        for at, entry in enumerate(log):
            answers = []
            for later in log[at + 1:]:
                if later["from"] == "client":
                    break
                answers.append(later)
            self.add(entry, answers)

    def add(self, entry, answers):
        row = self.operations.setdefault((entry["common_address"], entry["type"], entry["cause"]), [0] * 5)
        is_request = entry["from"] == "client"
        row[0 if is_request else 1] += 1
        kind, ioas = KINDS.get(entry["type"]), entry["ioas"]
        if not is_request:
            if entry["type"] < 45:
                self.points.update((entry["common_address"], kind, "report", ioa) for ioa in ioas)
            return
        refused = answers[0]["negative"] or FIRST_UNKNOWN <= answers[0]["cause"] <= LAST_UNKNOWN
        row[3 if refused else 2] += 1
        if kind:
            self.points.update((entry["common_address"], kind, "read" if entry["type"] == READ else "control", i) for i in ioas)
        if entry["type"] in VALUES:
            fields = entry["fields"]
            selects = fields.get("s_or_e") or fields.get("action")
            step = "deactivate" if entry["cause"] == DEACTIVATION else "select" if selects else "execute"
            self.actions[(entry["type"], ioas[0], step, VALUES[entry["type"]](fields), "refused" if refused else "accepted")] += 1


class Found:
    def __init__(self, db, server, port):
        here = "from {} join link using (link_id) where server_address = ? and server_port = ? and link.protocol = 'iec104'"
        at = (server, port)
        columns = "select unit, function_code, qualifier, from_client, from_server, accepted, refused, unanswered "
        self.operations = {tuple(row[:3]): list(row[3:]) for row in db.execute(columns + here.format("operation"), at)}
        self.points = {(unit, kind, access, point) for unit, kind, access, first, last in db.execute(
            "select unit, kind, access, first, last " + here.format("point_range"), at) for point in range(first, last + 1)}
        self.actions = collections.Counter(
            (function if code >= 256 else code, point, step, "" if code >= 256 else value, outcome)
            for code, function, point, step, value, outcome in db.execute(
                "select function_code, function, point, step, value, outcome " + here.format("control_action"), at))
        self.anomalies = db.execute("select kind, detail, count " + here.format("anomaly").replace(
            "using (link_id)", "on link.link_id = anomaly.link_id"), at).fetchall()


def differences(wanted, found):
    for key in sorted(set(wanted.operations) | set(found.operations)):
        w, f = wanted.operations.get(key), found.operations.get(key)
        if w != f:
            yield f"operation (common address, type, cause) {key}: the stations saw from client, from server, accepted, " \
                  f"refused, unanswered {w}, kakoi {f}"
    for what in ("points", "actions"):
        w, f = getattr(wanted, what), getattr(found, what)
        for one in sorted(w - f, key=repr):
            yield f"{what} {one}: the stations' alone"
        for one in sorted(f - w, key=repr):
            yield f"{what} {one}: kakoi's alone"
    for anomaly in found.anomalies:
        yield f"anomaly {anomaly}"
