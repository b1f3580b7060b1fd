// What the captures could show and what not, and how the report was made.

// "rule pack NAME VERSION, built in" and the like carry a name of their own.
function hashedName(name) {
  if (language !== "ja" || !name.startsWith("rule pack ")) return word("hashed", name);
  return "ルールパック " + name.slice(10).replace(", built in", "（内蔵）");
}

// Most serious first.
function judgedCoverage() {
  const order = ["blind", "limited", "unknown", "ok", "info"];
  return [...model.coverage].sort((a, b) => order.indexOf(a.level) - order.indexOf(b.level));
}
function said(row, what) {
  return row[what + (language === "ja" ? "_ja" : "_en")];
}

// With the unit that the words for it name.
function measuredValue({ metric, value }) {
  if (metric === "bytes") return bytes(value);
  if (metric === "duration_s") return duration(value * 1e6);
  return metric.endsWith("_share") || metric === "declared_vlans_unseen" ? percent(value, 1) : number(value);
}

// Details are kept in English; of them the numbers are understood in any language.
function measured(c) {
  if (language !== "ja") return c.detail;
  const counted = /^(\d+) of (\d+)/.exec(c.detail);
  if (counted) return number(Number(counted[1])) + " / " + number(Number(counted[2]));
  return c.metric === "vlans" ? c.detail.replace("untagged", "タグなし") : "";
}

function coverageSection() {
  const drops = (c) => (c.kernel_drops === null ? t("not_told") : number(c.kernel_drops + (c.interface_drops || 0)));
  const share = (c, key) => (c[key] ? number(c[key]) + " (" + percent(c[key], c.packets) + ")" : "0");
  const columns = [
    { key: "mark", label: t("capture_mark"), text: (c) => captureMark(model.captures.indexOf(c)) },
    {
      key: "source",
      label: t("capture_file"),
      wide: true,
      text: (c) => c.source,
      cell: (c) => [
        data(c.source, { class: "strong" }),
        c.comment && el("span", { class: "address-line muted" }, data(c.comment)),
        c.error && el("span", { class: "mark bad" }, t("reading_error"), ": ", data(c.error)),
      ],
    },
    {
      key: "first",
      label: t("period"),
      text: (c) => clock(c.first),
      sort: (c) => c.first,
      cell: (c) =>
        c.first === null
          ? t("none_seen")
          : [
              el("span", { class: "nowrap" }, clock(c.first)),
              el("span", { class: "address-line muted" }, duration(c.last - c.first)),
            ],
    },
    {
      key: "packets",
      label: t("packets"),
      numeric: true,
      text: (c) => String(c.packets),
      sort: (c) => c.packets,
      cell: (c) => number(c.packets),
    },
    {
      key: "truncated",
      label: t("truncated"),
      numeric: true,
      text: () => "",
      sort: (c) => c.truncated,
      cell: (c) => share(c, "truncated"),
    },
    {
      key: "malformed",
      label: t("malformed"),
      numeric: true,
      text: () => "",
      sort: (c) => c.malformed,
      cell: (c) => share(c, "malformed"),
    },
    {
      key: "undecoded",
      label: t("undecoded"),
      numeric: true,
      text: () => "",
      sort: (c) => c.undecoded,
      cell: (c) => share(c, "undecoded"),
    },
    {
      key: "duplicates",
      label: t("duplicates"),
      numeric: true,
      text: () => "",
      sort: (c) => c.duplicates,
      cell: (c) => share(c, "duplicates"),
    },
    { key: "drops", label: t("drops"), numeric: true, text: drops, sort: (c) => c.kernel_drops },
    {
      key: "hash",
      label: t("hash"),
      text: (c) => c.sha256,
      cell: (c) => el("code", { class: "hash nowrap", title: c.sha256 }, c.sha256.slice(0, 16) + "…"),
    },
  ];
  const endOf = (a) =>
    a.asset !== null
      ? assetLink(a.asset)
      : a.link !== null
        ? [assetLink(model.links[a.link].client), " → ", assetLink(model.links[a.link].server)]
        : "";
  return el(
    "section",
    { id: "coverage" },
    el("h2", null, t("nav_coverage")),
    el("p", { class: "lead" }, t("coverage_lead")),
    el("h3", null, t("not_shown")),
    el(
      "ul",
      { class: "spots" },
      blindSpots().map((s) => el("li", null, s)),
    ),
    el("h3", null, t("captures")),
    dataTable({
      id: "captures",
      label: t("captures"),
      rows: model.captures,
      columns,
      plain: true,
      file: "inventory.json",
    }),
    model.coverage.length > 0 && [
      el("h3", null, t("metrics")),
      simpleTable(
        [t("rating"), t("metric"), t("value"), t("measured_of")],
        judgedCoverage().map((c) => [
          c.level === "info" ? "" : el("span", { class: c.level === "blind" ? "mark bad" : "mark plain" }, word("level", c.level)),
          [
            el("strong", null, word("metric", c.metric)),
            said(c, "meaning") && el("span", { class: "address-line" }, data(said(c, "meaning"))),
            said(c, "advice") && el("span", { class: "address-line muted" }, t("advice"), ": ", data(said(c, "advice"))),
          ],
          c.value === null ? "" : measuredValue(c),
          data(measured(c)),
        ]),
      ),
    ],
    model.subnets.length > 0 && [
      el("h3", null, t("subnets")),
      simpleTable(
        [t("range"), t("vlan"), t("source"), t("hosts"), t("ot_hosts"), t("it_hosts")],
        model.subnets.map((s) => [
          data(s.cidr),
          s.vlan ?? "",
          word("source", s.source),
          number(s.hosts),
          number(s.ot_hosts),
          number(s.it_hosts),
        ]),
      ),
    ],
    model.anomalies.length > 0 && [
      el("h3", null, t("anomalies")),
      dataTable({
        id: "anomalies",
        label: t("anomalies"),
        rows: model.anomalies,
        plain: true,
        file: "inventory.json",
        columns: [
          { key: "kind", label: t("kind"), text: (a) => word("anomaly", a.kind) },
          { key: "protocol", label: t("protocol"), text: (a) => protocolName(a.protocol) },
          { key: "where", label: t("involved"), text: () => "", cell: endOf },
          { key: "detail", label: t("detail"), text: (a) => a.detail, cell: (a) => data(a.detail) },
          {
            key: "count",
            label: t("count"),
            numeric: true,
            text: (a) => String(a.count),
            sort: (a) => a.count,
            cell: (a) => number(a.count),
          },
          { key: "packet", label: t("evidence_short"), text: () => "", cell: (a) => cite(a.packet) },
        ],
      }),
    ],
  );
}

function methodSection() {
  const points = ["passive", "evidence", "absence", "confidence", "secrets", "repeat"];
  const versions = [
    [t("program"), "kakoi " + model.meta.kakoi_version],
    [t("database_schema"), model.meta.database_schema],
    ...model.meta.hashes.map(([name, hash]) => [hashedName(name), code(hash)]),
  ];
  return el(
    "section",
    { id: "method" },
    el("h2", null, t("nav_method")),
    el(
      "dl",
      { class: "method" },
      points.map((p) => el("div", null, el("dt", null, t("method_" + p)), el("dd", null, t("method_" + p + "_text")))),
    ),
    el("h3", null, t("versions")),
    el(
      "dl",
      { class: "parties" },
      versions.map(([name, value]) => el("div", null, el("dt", null, name), el("dd", null, value))),
    ),
  );
}
