// The head of the report: what was looked at, three sentences of conclusion, the worst findings, the blind spots.

function countBySeverity(findings) {
  return SEVERITIES.map((severity) => [severity, findings.filter((f) => f.severity === severity).length]);
}
function spanText() {
  return Number.isFinite(model.first) ? duration(model.covered) : t("none_seen");
}
function deviceCount() {
  return model.totals ? model.totals.local + model.totals.remote : model.assets.filter(isDevice).length;
}

// What the policy allows is no hole in a closed network, but it is traffic with the outside, too.
function outsideSaid() {
  const established = total("outside_succeeded", () => model.outside.filter(succeeded).length);
  const tried = total("outside", () => model.outside.length);
  const declared = total("declared_outside", () => model.declaredOutside.length);
  const answered = total("declared_outside_succeeded", () => model.declaredOutside.filter(succeeded).length);
  const which = declared ? "_undeclared" : "";
  if (established) return t("said_open" + which, number(established));
  if (tried) return t("said_tried" + which, number(tried));
  return declared ? t("said_declared", number(declared), number(answered)) : t("said_closed");
}

function conclusion() {
  if (!model.packets) return [t("said_no_packets")];
  const sentences = [
    t(
      "said_seen",
      number(model.captures.length),
      spanText(),
      number(model.packets),
      number(deviceCount()),
      number(total("links", () => model.links.length)),
    ),
  ];
  sentences.push(outsideSaid());
  const counts = countBySeverity(model.open)
    .filter(([, n]) => n)
    .map(([severity, n]) => t("severity_count", t(severity), number(n)));
  const accepted = model.findings.length - model.open.length;
  sentences.push(
    model.open.length
      ? t(
          "said_findings",
          number(model.open.length),
          counts.join(t("list_comma")),
          visible(findingTitle(model.urgent[0])),
          accepted ? t("said_accepted", number(accepted)) : "",
        )
      : t(accepted ? "said_none_open" : "said_none", number(accepted)),
  );
  return sentences;
}

// What the captures can't show, in plain words; the most telling first.
function blindSpots() {
  const told = judgedCoverage().filter((c) => said(c, "meaning"));
  const spots = told.filter((c) => c.level === "blind").map((c) => data(said(c, "meaning")));
  spots.push(t("blind_elsewhere"));
  if (model.packets) spots.push(t(model.covered < 86400e6 ? "blind_short" : "blind_silent", duration(model.covered)));
  for (const c of model.captures) if (c.error) spots.push(t("blind_error", visible(c.source), visible(c.error)));
  for (const c of told) if (c.level !== "blind") spots.push(data(said(c, "meaning")));
  if (model.meta.policy !== "declared") spots.push(t("blind_inferred"));
  const encrypted = total("encrypted", () => countLinks((l) => l.protocol === "tls" || l.protocol === "ssh"));
  if (encrypted) spots.push(t("blind_encrypted", number(encrypted)));
  const unrecognised = total("unrecognised", () =>
    countLinks((l) => l.protocol === "" && (l.transport === "tcp" || l.transport === "udp") && succeeded(l)),
  );
  if (unrecognised) spots.push(t("blind_unrecognised", number(unrecognised)));
  const tagged = total("tagged", () => countLinks((l) => l.vlan !== null));
  if (model.links.length && !tagged && !told.some((c) => c.metric === "missing_tags")) spots.push(t("blind_untagged"));
  return spots;
}

function factList() {
  const facts = [
    [
      t("period"),
      Number.isFinite(model.first) ? t("between", clock(model.first), clock(model.last), spanText()) : t("none_seen"),
    ],
    [
      t("captures"),
      t("capture_count", number(model.captures.length)) +
        " · " +
        t("packets_bytes", number(model.packets), bytes(model.bytes)),
    ],
    [t("zones_basis"), model.meta.policy === "declared" ? t("zones_declared") : t("zones_inferred")],
    [t("time_zone"), clockZone()],
  ];
  return el(
    "dl",
    { class: "facts" },
    facts.map(([name, value]) => el("div", null, el("dt", null, name), el("dd", null, value))),
  );
}

function figures() {
  const count = (scope) => total(scope, () => model.assets.filter((a) => a.scope === scope).length);
  const protocols = total("ot_protocols", () =>
    [...new Set(model.links.filter((l) => l.domain === "ot" && l.protocol).map((l) => l.protocol))].sort(),
  );
  const rows = [
    [count("local"), "figure_local"],
    [count("remote"), "figure_remote"],
    [count("internet"), "figure_internet"],
    [total("links", () => model.links.length), "figure_links"],
  ];
  return el(
    "ul",
    { class: "figures", "aria-label": t("figures") },
    rows.map(([n, key]) => el("li", null, el("b", null, number(n)), " ", t(key))),
    el(
      "li",
      { class: "protocols" },
      t("figure_protocols"),
      el("span", null, protocols.length ? data(protocolNames(protocols).join(" · ")) : "–"),
    ),
  );
}

function severityTiles() {
  return el(
    "ul",
    { class: "tiles", "aria-label": t("by_severity") },
    countBySeverity(model.open).map(([severity, n]) =>
      el(
        "li",
        { class: severity + (n ? "" : " zero") },
        el(
          "button",
          { type: "button", onclick: () => showFindings({ severity: n ? severity : "" }) },
          el("span", { class: "tile-name" }, t(severity)),
          el("b", null, number(n)),
          el("span", { class: "tile-hint" }, t(severity + "_hint")),
        ),
      ),
    ),
  );
}

function worstFindings() {
  if (!model.open.length) return el("p", { class: "quiet" }, t("no_findings"));
  return [
    el(
      "ol",
      { class: "worst" },
      model.urgent
        .slice(0, 5)
        .map((f) =>
          el(
            "li",
            null,
            badge(f.severity),
            el(
              "div",
              null,
              anchorLink("finding-" + f.id, findingTitle(f)),
              el("p", { class: "muted" }, findingDetail(f)),
            ),
          ),
        ),
    ),
    model.open.length > 5 && el("p", { class: "see-more" }, anchorLink("findings", t("all_findings"))),
  ];
}

function summarySection() {
  const spots = blindSpots();
  return el(
    "section",
    { id: "summary", class: "summary" },
    el("p", { class: "kicker" }, t("report")),
    el("h1", null, model.meta.site ? data(model.meta.site) : t("no_site")),
    factList(),
    el(
      "div",
      { class: "conclusion" },
      el("h2", null, t("conclusion")),
      conclusion().map((s) => el("p", null, s)),
    ),
    severityTiles(),
    el(
      "div",
      { class: "columns" },
      el(
        "div",
        null,
        el("h3", null, t("worst")),
        model.open.length ? el("p", { class: "muted" }, t("worst_lead")) : null,
        worstFindings(),
      ),
      el(
        "div",
        { class: "blind" },
        el("h3", null, t("not_shown")),
        el(
          "ul",
          null,
          spots.slice(0, 5).map((s) => el("li", null, s)),
        ),
        el("p", { class: "see-more" }, anchorLink("coverage", t("not_shown_more"))),
      ),
    ),
    verdictCounts(),
    figures(),
  );
}
