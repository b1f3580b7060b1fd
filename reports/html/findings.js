// The findings: one card a severity and rule, one entry a finding, each with the packets that prove it.
const SHOWN_FINDINGS = 20; // of a card, before "show more"
const findingFilter = { severity: "", family: "", query: "" };
const unfolded = new Set(); // cards whose findings are all shown
let findingsBox = null;

function findingsSection() {
  findingsBox = el("div", { class: "cards" });
  const section = el("section", { id: "findings" }, el("h2", null, t("nav_findings")));
  if (!model.findings.length) return fill(section, [el("p", { class: "quiet" }, t("no_findings"))]);
  const search = el("input", {
    type: "search",
    value: findingFilter.query,
    placeholder: t("search_findings"),
    oninput: debounce(() => {
      findingFilter.query = search.value;
      drawFindings();
    }),
  });
  const filters = [
    {
      key: "severity",
      label: t("severity"),
      value: (f) => f.severity,
      name: (v) => (SEVERITIES.includes(v) ? t(v) : v),
      order: SEVERITIES,
    },
    { key: "family", label: t("family"), value: (f) => f.family, name: familyLabel },
  ];
  fill(section, [
    el("p", { class: "lead" }, t("findings_lead")),
    el(
      "div",
      { class: "bar" },
      el("label", null, el("span", null, t("search")), search),
      filters.map((f) =>
        filterBox(f, model.open, findingFilter[f.key], (value) => {
          findingFilter[f.key] = value;
          drawFindings();
        }),
      ),
      el("p", { class: "count", role: "status" }),
    ),
    findingsBox,
  ]);
  findingsBox.count = section.querySelector(".count");
  drawFindings();
  const accepted = model.findings.filter((f) => f.accepted);
  if (accepted.length) {
    section.append(
      el(
        "details",
        { class: "accepted" },
        el("summary", null, t("accepted", number(accepted.length))),
        grouped(accepted).map((group) => card(group)),
      ),
    );
  }
  return section;
}

function findingWords(finding) {
  if (!finding.words) {
    const names = [...finding.assets, finding.subjectAsset, finding.peerAsset]
      .filter((i) => i !== undefined && i !== null)
      .flatMap((i) => [model.assets[i].name, model.assets[i].id, ...model.assets[i].addresses.map((a) => a.value)]);
    finding.words = [
      finding.id,
      finding.rule,
      finding.title_en,
      finding.title_ja,
      finding.detail_en,
      finding.detail_ja,
      finding.subject,
      finding.peer,
      ...names,
    ]
      .join("\n")
      .toLowerCase();
  }
  return finding.words;
}

function grouped(findings) {
  const groups = new Map();
  for (const finding of findings) {
    const key = finding.severity + " " + finding.rule + (finding.accepted ? " accepted" : "");
    if (!groups.has(key)) groups.set(key, { key, severity: finding.severity, rule: finding.rule, findings: [] });
    groups.get(key).findings.push(finding);
  }
  return [...groups.values()];
}

function drawFindings() {
  const words = findingFilter.query.toLowerCase().split(/\s+/).filter(Boolean);
  const found = model.open.filter(
    (f) =>
      (!findingFilter.severity || f.severity === findingFilter.severity) &&
      (!findingFilter.family || f.family === findingFilter.family) &&
      words.every((w) => findingWords(f).includes(w)),
  );
  replaceChildren(findingsBox.count, t("shown_of", number(found.length), number(model.open.length)));
  const choices = [
    ...words,
    findingFilter.severity && t(findingFilter.severity),
    findingFilter.family && familyLabel(findingFilter.family),
  ].filter(Boolean);
  replaceChildren(
    findingsBox,
    el("p", { class: "paper muted" }, printedNote(choices, found.length, model.open.length, "findings.json")),
    found.length
      ? SEVERITIES.map((severity) => {
          const groups = grouped(found.filter((f) => f.severity === severity));
          if (!groups.length) return null;
          return [
            el(
              "h3",
              { class: "severity-head" },
              badge(severity),
              el("span", { class: "muted" }, t(severity + "_hint")),
            ),
            groups.map(card),
          ];
        })
      : el("p", { class: "quiet" }, t(model.open.length ? "no_match" : "no_findings")),
  );
}

function showFindings(filter) {
  Object.assign(findingFilter, { severity: "", family: "", query: "" }, filter);
  redrawSection("findings");
  go("findings");
}

function card(group) {
  const rule = model.rules[group.rule];
  const single = group.findings.length === 1;
  const title = single
    ? findingTitle(group.findings[0])
    : (rule && pairText(rule.title)) || findingTitle(group.findings[0]);
  const shown = unfolded.has(group.key) ? group.findings : group.findings.slice(0, SHOWN_FINDINGS);
  const list = el(
    "div",
    { class: "entries" },
    shown.map((f) => entry(f, single || findingTitle(f) === title)),
  );
  const rest = group.findings.length - shown.length;
  const more =
    rest > 0 &&
    el(
      "button",
      {
        type: "button",
        class: "more",
        onclick: () => {
          unfolded.add(group.key);
          fill(
            list,
            group.findings.slice(SHOWN_FINDINGS).map((f) => entry(f, findingTitle(f) === title)),
          );
          more.remove();
        },
      },
      t("show_more", number(rest)),
    );
  return el(
    "article",
    { class: "card " + group.severity },
    el(
      "header",
      null,
      badge(group.severity),
      el("h4", null, title),
      el(
        "p",
        { class: "rule" },
        !single && el("span", null, t("finding_count", number(group.findings.length)) + " · "),
        familyLabel(group.findings[0].family),
        " · ",
        code(group.rule),
      ),
    ),
    rule && explanation(rule),
    list,
    more,
    rule &&
      rule.sql &&
      el(
        "details",
        { class: "sql" },
        el("summary", null, t("sql")),
        el("p", { class: "muted" }, t("sql_hint")),
        copyButton(t("copy_sql"), bareSql(rule)),
        el("pre", { dir: "ltr", tabindex: 0, role: "region", "aria-label": t("sql") }, bareSql(rule)),
      ),
  );
}

// Without its comments, which are English and speak to the rule's author; quoted text may hold two dashes, too.
function bareSql({ sql }) {
  return sql
    .replace(/('(?:[^']|'')*')|[ \t]*--[^\n]*/g, (all, quoted) => quoted ?? "")
    .replace(/\n\s*\n/g, "\n")
    .trim();
}

function explanation(rule) {
  const parts = ["rationale", "remedy", "confirm", "limit"]
    .map((key) => [key, pairText(rule[key])])
    .filter(([, text]) => text);
  return el(
    "dl",
    { class: "explanation" },
    parts.map(([key, text]) => el("div", { class: key }, el("dt", null, t(key)), el("dd", null, text))),
  );
}

function entry(finding, titleKnown) {
  const others = finding.assets.filter((i) => i !== finding.subjectAsset && i !== finding.peerAsset);
  const facts = [[t("subject"), party(finding.subject, finding.subjectAsset)]];
  if (finding.peer) facts.push([t("peer"), party(finding.peer, finding.peerAsset)]);
  if (others.length)
    facts.push([
      t("involved"),
      others
        .slice(0, 12)
        .map((i, n) => [n > 0 && t("list_comma"), assetLink(i)])
        .concat(others.length > 12 ? " … (" + others.length + ")" : []),
    ]);
  if (finding.first !== null)
    facts.push([t("seen"), clock(finding.first) + (finding.last !== finding.first ? " – " + clock(finding.last) : "")]);
  if (finding.acceptance_reason)
    facts.push([t(finding.accepted ? "accepted_reason" : "acceptance_ended"), data(acceptanceText(finding.acceptance_reason))]);
  return el(
    "div",
    { class: "entry", id: "finding-" + finding.id, tabindex: -1 },
    el(
      "div",
      { class: "entry-head" },
      !titleKnown && el("h5", null, findingTitle(finding)),
      el("p", { class: "detail" }, findingDetail(finding)),
      el(
        "p",
        { class: "marks" },
        finding.accepted && el("span", { class: "mark" }, t("accepted_badge")),
        finding.zones_inferred && el("span", { class: "mark", title: t("inferred_hint") }, t("inferred_badge")),
        el("span", { class: "mark plain" }, t("confidence", finding.confidence)),
        anchorLink("finding-" + finding.id, "#" + finding.id, "#" + finding.id + " " + t("permalink")),
      ),
    ),
    el(
      "dl",
      { class: "parties" },
      facts.map(([name, value]) => el("div", null, el("dt", null, name), el("dd", null, value))),
    ),
    copies(finding),
    finding.packets.length
      ? el(
          "details",
          { class: "evidence" },
          el("summary", null, t("evidence", number(finding.packets.length))),
          evidenceTable(finding.packets),
        )
      : el("p", { class: "muted no-evidence" }, t("evidence_none")),
  );
}

// "reason (approver, ≤ last day)" as the inventory keeps it, said in words.
function acceptanceText(kept) {
  const [, reason, approver, day] = /^([^]*) \(([^()]*?)(?:, ≤ (\d{4}-\d{2}-\d{2}))?\)$/.exec(kept) || [];
  if (reason === undefined) return kept;
  return reason + (day ? t("accepted_until", approver, day) : t("accepted_by", approver));
}

// What an auditor pastes elsewhere: the rule's query, and display filters for the original capture and for evidence.pcapng.
function copies(finding) {
  const rule = model.rules[finding.rule];
  const captures = new Map();
  for (const { packet } of finding.packets)
    if (packet && packet[0] !== null) captures.set(packet[0], [...(captures.get(packet[0]) || []), packet[1]]);
  const filters = [...captures].map(([capture, packets]) =>
    copyButton(
      t("copy_filter") + (model.captures.length > 1 ? " (" + captureMark(capture) + ")" : ""),
      packets.map((n) => "frame.number == " + n).join(" || "),
    ),
  );
  const [label, conversation] = conversationFilter(finding);
  return el(
    "p",
    { class: "copies" },
    rule?.sql && copyButton(t("copy_sql"), bareSql(rule)),
    filters,
    conversation && copyButton(t(label), conversation),
    captures.size > 0 && copyButton(t("copy_evidence_filter"), 'frame.comment contains "' + finding.id + '"'),
  );
}
// Packets of the device with any of those that the finding names beside it; of it alone where there are none, or too
// many for a filter that anybody reads.
const MOST_PARTNERS = 12;
function conversationFilter(finding) {
  const own = addressTests(finding.subjectAsset);
  const partners = new Set([finding.peerAsset, ...finding.assets].filter((i) => i !== undefined && i !== finding.subjectAsset));
  const tests = [...partners].flatMap(addressTests);
  if (own.length && tests.length && partners.size <= MOST_PARTNERS)
    return ["copy_conversation", anyOf(own) + " && " + anyOf(tests)];
  return ["copy_device", anyOf(own.length ? own : addressTests(finding.peerAsset))];
}
function anyOf(tests) {
  return tests.length > 1 ? "(" + tests.join(" || ") + ")" : tests.join("");
}
function addressTests(index) {
  if (index === undefined) return [];
  const own = model.assets[index].addresses;
  const chosen = own.filter((a) => a.kind !== "mac").slice(0, 4);
  return (chosen.length ? chosen : own.slice(0, 1)).map(
    (a) => ({ ipv4: "ip.addr", ipv6: "ipv6.addr", mac: "eth.addr" })[a.kind] + " == " + a.value,
  );
}

function party(id, index) {
  if (index !== undefined) return assetLink(index);
  const zone = model.zoneById.get(id);
  if (zone) return [t("zone"), ": ", data(zoneLabel(id))];
  return Object.hasOwn(WORDS.metric, id) ? word("metric", id) : data(id);
}

function evidenceTable(packets) {
  return packets.map((p) =>
    el(
      "div",
      { class: "packet" },
      el(
        "p",
        null,
        el("b", null, citeFully(p.packet)),
        " ",
        el("span", { class: "muted" }, clock(p.time, true)),
        el("span", { class: "filter" }, t("wireshark"), " ", code("frame.number == " + (p.packet ? p.packet[1] : ""))),
      ),
    ),
  );
}

// A finding may be filtered away, folded or beyond "show more": bring it back first.
function revealFinding(id) {
  const finding = model.findings.find((f) => f.id === id);
  if (!finding) return null;
  if (!document.getElementById("finding-" + id)) {
    Object.assign(findingFilter, { severity: "", family: "", query: "" });
    unfolded.add(finding.severity + " " + finding.rule + (finding.accepted ? " accepted" : ""));
    redrawSection("findings");
  }
  const node = document.getElementById("finding-" + id);
  node.closest("details.accepted")?.setAttribute("open", "");
  node.querySelector(":scope > details.evidence")?.setAttribute("open", "");
  return node;
}
