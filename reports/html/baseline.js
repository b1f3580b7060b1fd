// Verdicts on controls: what the captures prove, apart from severity and risk.

const VERDICT_ORDER = ["not_met", "partly", "supported", "not_observable"];

function verdictMark(verdict) {
  return el("span", { class: "verdict verdict-" + verdict }, word("verdict", verdict));
}

// Japanese titles stand as they are; titles in another language are shown where the page is in English.
function controlTitle(v) {
  const japanese = v.framework.startsWith("jp-");
  return language === "ja" ? (japanese ? v.title : v.topic_ja) : v.title;
}

function frameworkSummary() {
  const count = (f, verdict) => model.verdicts.filter((v) => v.framework === f.id && v.verdict === verdict).length;
  return simpleTable(
    [t("framework"), ...VERDICT_ORDER.map((v) => word("verdict", v)), t("judged")],
    model.frameworks.map((f) => [
      [el("span", { class: "strong" }, pick([f.name_ja, f.name_en])), el("span", { class: "address-line muted" }, data(f.version))],
      ...VERDICT_ORDER.map((v) => String(count(f, v))),
      [
        f.total === null
          ? t("judged_of_unknown", f.judged)
          : f.judged === f.total
            ? t("judged_all", f.judged, pick([f.unit_ja, f.unit_en]))
            : t("judged_of", f.judged, f.total, pick([f.unit_ja, f.unit_en])),
        f.unconfirmed > 0 && el("span", { class: "address-line muted" }, t("unconfirmed_left_out", f.unconfirmed)),
      ],
    ]),
  );
}

// On the first page: verdicts only, each framework a line.
function verdictCounts() {
  if (!model.frameworks.length) return null;
  const counts = new Map(model.frameworks.map((f) => [f.id, Object.fromEntries(VERDICT_ORDER.map((v) => [v, 0]))]));
  for (const v of model.verdicts) counts.get(v.framework)[v.verdict] += 1;
  return [
    el("h3", null, t("verdict_counts")),
    el(
      "div",
      { class: "scroll", tabindex: 0, role: "region", "aria-label": t("verdict_counts") },
      el(
        "table",
        { class: "counts" },
        el("caption", { class: "hidden" }, t("verdict_counts")),
        el(
          "thead",
          null,
          el(
            "tr",
            null,
            el("th", { scope: "col" }, t("framework")),
            VERDICT_ORDER.map((v) => el("th", { scope: "col", class: "numeric" }, word("verdict", v))),
          ),
        ),
        el(
          "tbody",
          null,
          model.frameworks.map((f) =>
            el(
              "tr",
              null,
              el("th", { scope: "row" }, data(pick([f.name_ja, f.name_en]))),
              VERDICT_ORDER.map((v) =>
                el(
                  "td",
                  { class: "numeric " + (counts.get(f.id)[v] ? v : "zero"), "data-label": word("verdict", v) },
                  String(counts.get(f.id)[v]),
                ),
              ),
            ),
          ),
        ),
      ),
    ),
    el("p", { class: "see-more" }, anchorLink("baseline", t("verdict_counts_more"))),
  ];
}

function frameworkDetails(f) {
  const sources = model.framework_sources.filter((s) => s.framework === f.id);
  return el(
    "dl",
    { class: "parties" },
    [
      [t("publisher"), f.publisher && data(f.publisher)],
      [t("licence"), pick([f.licence_ja, f.licence_en])],
      [t("framework_note"), pick([f.note_ja, f.note_en])],
      [t("framework_sources"), sources.map((s) => el("div", null, data(pick([s.text_ja, s.text_en]))))],
    ]
      .filter(([, value]) => value && value.length !== 0)
      .map(([name, value]) => el("div", null, el("dt", null, name), el("dd", null, value))),
  );
}

function checkLine(check, titles) {
  const findings = model.findings.filter((f) => f.exposure_class === check.exposure_class);
  return el(
    "li",
    null,
    el("b", null, word("check_state", check.state)),
    " ",
    pick([check.rationale_ja, check.rationale_en]),
    el("span", { class: "muted" }, " (" + word("strength", check.strength) + ")"),
    findings.length > 0 && [
      el(
        "ul",
        { class: "plain" },
        findings
          .slice(0, 5)
          .map((f) => el("li", null, anchorLink("finding-" + f.id, findingTitle(f)), el("span", { class: "muted" }, " ", partyName(f), " #" + f.id.slice(0, 8)))),
        findings.length > 5 && el("li", null, "+" + (findings.length - 5)),
      ),
    ],
  );
}

// The words behind the keys; what is no key stands as it is.
function sourceText(v) {
  return v.source
    .split(/,\s*/)
    .map((key) => {
      const source = model.framework_sources.find((s) => s.framework === v.framework && s.source === key);
      return source ? pick([source.text_ja, source.text_en]) : key;
    })
    .join(language === "ja" ? "；" : "; ");
}

function verdictDetails(v) {
  const checks = model.verdict_checks.filter((c) => c.framework === v.framework && c.control === v.control);
  return [
    el("p", null, el("b", null, t("observable")), " ", pick([v.observable_ja, v.observable_en])),
    checks.length > 0 && el("ul", { class: "checks" }, checks.map(checkLine)),
    pick([v.detail_ja, v.detail_en]) && el("p", null, data(pick([v.detail_ja, v.detail_en]))),
    v.status === "confirmed-secondary" && el("p", { class: "muted" }, t("secondary_id")),
    v.source && el("p", { class: "muted" }, t("id_source"), " ", data(sourceText(v))),
  ];
}

function identified(id, node) {
  node.id = id;
  return node;
}

function baselineSection() {
  revealers.set("control-", (id) => document.getElementById("verdict-table")?.reveal(id));
  const frameworkName = new Map(model.frameworks.map((f) => [f.id, pick([f.name_ja, f.name_en])]));
  const order = new Map(model.frameworks.map((f, i) => [f.id, i]));
  const position = new Map(model.verdicts.map((v, i) => [v, i]));
  return el(
    "section",
    { id: "baseline" },
    el("h2", null, t("nav_baseline")),
    el("p", { class: "lead" }, t("baseline_lead")),
    model.frameworks.length > 0 && [
      frameworkSummary(),
      el(
        "details",
        { class: "frameworks" },
        el("summary", null, t("about_frameworks")),
        model.frameworks.map((f) => [
          el("h4", null, data(pick([f.name_ja, f.name_en]))),
          frameworkDetails(f),
        ]),
      ),
    ],
    model.requirements.length > 0 && [
      el("h3", null, t("requirements")),
      el("p", null, t("requirements_lead")),
      simpleTable(
        [t("requirement"), t("state"), t("what_to_change")],
        model.requirements
          .map((r) => [
            pick([r.change_ja, r.change_en]),
            el("span", { class: r.met ? "verdict verdict-supported" : "verdict verdict-partly" }, t(r.met ? "met" : "unmet")),
            r.met ? "" : pick([r.missing_ja, r.missing_en]),
          ]),
      ),
    ],
    model.verdicts.length > 0 && [
      el("h3", null, t("verdicts")),
      identified("verdict-table", dataTable({
        id: "verdicts",
        label: t("verdicts"),
        rows: model.verdicts,
        file: "verdicts.csv",
        chosen: model.frameworks.length > 0 ? { framework: model.frameworks[0].id } : {},
        details: verdictDetails,
        rowId: (v) => "control-" + v.framework + "-" + v.control,
        columns: [
          {
            key: "framework",
            label: t("framework"),
            text: (v) => frameworkName.get(v.framework) || v.framework,
            sort: (v) => order.get(v.framework) ?? 99,
          },
          {
            key: "control",
            label: t("control"),
            text: (v) => v.control + " " + controlTitle(v),
            sort: (v) => position.get(v),
            cell: (v) => [data(v.control, { class: "strong" }), el("span", { class: "address-line muted" }, data(controlTitle(v)))],
          },
          {
            key: "verdict",
            label: t("verdict"),
            text: (v) => word("verdict", v.verdict),
            sort: (v) => VERDICT_ORDER.indexOf(v.verdict),
            cell: (v) => verdictMark(v.verdict),
          },
          {
            key: "reason",
            label: t("reason"),
            wide: true,
            text: (v) => pick([v.reason_ja, v.reason_en]),
          },
        ],
        filters: [
          {
            key: "framework",
            label: t("framework"),
            value: (v) => v.framework,
            name: (id) => frameworkName.get(id) || id,
            order: model.frameworks.map((f) => f.id),
          },
          {
            key: "verdict",
            label: t("verdict"),
            value: (v) => v.verdict,
            name: (v) => word("verdict", v),
            order: VERDICT_ORDER,
          },
        ],
      })),
    ],
  );
}
