// Risk scores, apart from verdicts: every score with the factors that it is made of, and the way that leads to the device.

function riskScore(score) {
  return score.toFixed(1);
}
function riskBar(score) {
  return el(
    "span",
    { class: "risk-score" },
    svg(
      "svg",
      { class: "risk-bar", viewBox: "0 0 100 8", preserveAspectRatio: "none", "aria-hidden": "true" },
      svg("rect", { class: "ground", width: 100, height: 8 }),
      svg("rect", { class: "filled", width: score, height: 8 }),
    ),
    el("b", null, riskScore(score)),
  );
}
function factors(r) {
  return [r.severity, r.confidence, r.exposure, r.criticality].join(" × ");
}
function reachOf(r) {
  return r.asset === null ? null : model.reachByAsset.get(r.asset) || null;
}
function hopText(hops) {
  return hops === null || hops === undefined ? t("no_path_seen") : t("hops", hops);
}
function criticalityText(reach) {
  return reach
    ? t("criticality_by", word("criticality", reach.criticality), word("criticality_source", reach.criticality_source))
    : t("criticality_by", word("criticality", "medium"), word("criticality_source", "unknown"));
}

// Along the neighbours that lie one session nearer; what the page leaves out ends it.
function wayTo(asset, next) {
  const way = [asset];
  for (let at = model.reachByAsset.get(asset); at && at[next] !== null && way.length < 12; ) {
    way.push(at[next]);
    at = model.reachByAsset.get(at[next]);
  }
  return way.reverse().map((i, n) => [n > 0 && " → ", assetLink(i)]);
}

function riskDetails(r) {
  const reach = reachOf(r);
  const rows = [
    [t("severity"), r.severity, badge(r.of.severity)],
    [t("confidence_short"), r.confidence, t("confidence", r.of.confidence)],
    [
      t("exposure"),
      r.exposure,
      reach
        ? [
            el("div", null, t("from_outside"), ": ", hopText(reach.hops_outside)),
            reach.hops_outside > 0 && el("div", { class: "muted" }, wayTo(r.asset, "next_outside")),
            el("div", null, t("from_it"), ": ", hopText(reach.hops_it)),
            reach.hops_it > 0 && el("div", { class: "muted" }, wayTo(r.asset, "next_it")),
          ]
        : t("risk_no_device"),
    ],
    [t("criticality"), r.criticality, criticalityText(reach)],
  ];
  return [
    simpleTable(
      [t("factor"), "%", t("risk_because")],
      rows.map(([name, value, why]) => [name, String(value), why]),
    ),
    el("p", { class: "muted" }, code(factors(r) + " / 1000000 = " + riskScore(r.score))),
  ];
}

function riskWeights() {
  const list = (title, pairs) =>
    el(
      "div",
      null,
      el("dt", null, title),
      el("dd", null, pairs.map(([name, value]) => name + " " + value).join(t("list_comma"))),
    );
  return el(
    "dl",
    { class: "parties weights" },
    list(
      t("severity"),
      [100, 75, 50, 25, 10].map((v, i) => [t(SEVERITIES[i]), v]),
    ),
    list(t("confidence_short"), [[t("weight_confidence"), ""]]),
    list(t("from_outside"), [
      [t("hops_up_to", 1), 100],
      [t("hops", 2), 80],
      [t("hops", 3), 60],
      [t("hops_more"), 50],
    ]),
    list(t("from_it"), [
      [t("hops_up_to", 1), 70],
      [t("hops", 2), 55],
      [t("hops_more"), 45],
    ]),
    list(t("no_path_seen"), [["", 30]]),
    list(
      t("criticality"),
      [100, 80, 55, 30].map((v, i) => [word("criticality", ["critical", "high", "medium", "low"][i]), v]),
    ),
  );
}

function riskSection() {
  const section = el(
    "section",
    { id: "risk" },
    el("h2", null, t("nav_risk")),
    lead(t("risk_lead"), t("risk_how")),
    el("p", null, code(t("risk_formula"))),
    riskWeights(),
  );
  const rows = model.risk;
  if (!rows.length) return fill(section, [el("p", { class: "quiet" }, t("no_findings"))]);
  const inferred = rows.some((r) => !(reachOf(r)?.criticality_source || "").startsWith("declared"));
  const table = dataTable({
    id: "risk",
    label: t("nav_risk"),
    rows,
    file: "findings.json",
    rowId: (r) => "risk-" + r.finding,
    details: riskDetails,
    chosen: { accepted: "false" },
    columns: [
      {
        key: "score",
        label: t("risk_score"),
        numeric: true,
        text: (r) => riskScore(r.score),
        sort: (r) => r.score,
        cell: (r) => riskBar(r.score),
      },
      {
        key: "finding",
        label: t("finding"),
        wide: true,
        text: (r) => findingTitle(r.of) + " " + r.finding,
        cell: (r) => [badge(r.of.severity), " ", anchorLink("finding-" + r.finding, findingTitle(r.of))],
      },
      {
        key: "device",
        label: t("risk_device"),
        text: (r) => (r.asset === null ? "" : model.assets[r.asset].name),
        cell: (r) => (r.asset === null ? el("span", { class: "muted" }, "–") : assetLink(r.asset)),
      },
      { key: "factors", label: t("factors"), text: factors, cell: (r) => el("span", { class: "nowrap" }, factors(r)) },
      {
        key: "outside",
        label: t("from_outside"),
        text: (r) => hopText(reachOf(r)?.hops_outside),
        sort: (r) => reachOf(r)?.hops_outside,
      },
      { key: "it", label: t("from_it"), text: (r) => hopText(reachOf(r)?.hops_it), sort: (r) => reachOf(r)?.hops_it },
      {
        key: "criticality",
        label: t("criticality"),
        text: (r) => criticalityText(reachOf(r)),
        sort: (r) => r.criticality,
      },
    ],
    filters: [
      {
        key: "severity",
        label: t("severity"),
        value: (r) => r.of.severity,
        name: (v) => (SEVERITIES.includes(v) ? t(v) : v),
        order: SEVERITIES,
      },
      {
        key: "accepted",
        label: t("accepted_badge"),
        value: (r) => String(r.of.accepted),
        name: (v) => t(v === "true" ? "yes" : "no"),
      },
    ],
  });
  revealers.set("risk-", (id) => table.reveal(id));
  return fill(section, [inferred && el("p", { class: "note" }, t("criticality_inferred")), table]);
}
