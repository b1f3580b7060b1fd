// One box that finds findings, devices and controls wherever they stand in the report.
const MOST_HITS = 8; // of each kind
let searchIndex = null;

function searchKinds() {
  searchIndex ||= [
    {
      kind: "nav_findings",
      rows: model.findings.map((f) => ({
        words: findingWords(f),
        anchor: "finding-" + f.id,
        show: () => [badge(f.severity), " ", findingTitle(f), el("span", { class: "muted" }, " ", partyName(f))],
      })),
    },
    {
      kind: "nav_assets",
      rows: model.assets
        .filter((a) => a.scope !== "multicast" && a.scope !== "broadcast")
        .map((a) => ({
          words: [a.name, a.id, a.vendor, a.product, ...a.addresses.map((x) => x.value)].join("\n").toLowerCase(),
          anchor: "asset-" + a.id,
          show: () => [data(a.name), el("span", { class: "muted" }, " ", data(mainAddress(a)))],
        })),
    },
    {
      kind: "verdicts",
      rows: model.verdicts.map((v) => ({
        words: [v.control, v.title, v.topic_ja, v.topic_en, v.framework].join("\n").toLowerCase(),
        anchor: "control-" + v.framework + "-" + v.control,
        show: () => [data(v.control, { class: "strong" }), " ", data(controlTitle(v)), " ", verdictMark(v.verdict)],
      })),
    },
  ];
  return searchIndex;
}
function partyName(finding) {
  return finding.subjectAsset === undefined ? "" : data(model.assets[finding.subjectAsset].name);
}

function searchBox() {
  const hits = el("div", { class: "hits", id: "hits", role: "region", "aria-label": t("search_results"), hidden: true });
  const close = () => {
    hits.hidden = true;
    input.setAttribute("aria-expanded", "false");
  };
  const look = () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    if (!words.length) return close();
    const groups = searchKinds()
      .map(({ kind, rows }) => ({ kind, found: rows.filter((r) => words.every((w) => r.words.includes(w))) }))
      .filter((g) => g.found.length);
    replaceChildren(
      hits,
      el("p", { class: "hidden", role: "status" }, t("search_count", number(groups.reduce((n, g) => n + g.found.length, 0)))),
      groups.length
        ? groups.map(({ kind, found }) => [
            el("h2", null, t(kind) + " (" + number(found.length) + ")"),
            el(
              "ul",
              null,
              found.slice(0, MOST_HITS).map((hit) =>
                el(
                  "li",
                  null,
                  el(
                    "a",
                    {
                      href: fragment(hit.anchor),
                      onclick: (event) => {
                        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
                        event.preventDefault();
                        close();
                        go(hit.anchor);
                      },
                    },
                    hit.show(),
                  ),
                ),
              ),
            ),
          ])
        : el("p", { class: "muted" }, t("no_match")),
    );
    hits.hidden = false;
    input.setAttribute("aria-expanded", "true");
  };
  const input = el("input", {
    type: "search",
    "aria-label": t("search_report"),
    "aria-controls": "hits",
    placeholder: t("search_report"),
    oninput: debounce(look),
    onfocus: () => input.value && look(),
  });
  return el(
    "div",
    {
      class: "search",
      role: "search",
      onkeydown: (event) => {
        if (event.key !== "Escape") return;
        close();
        input.focus();
      },
      onfocusout: (event) => {
        if (!event.currentTarget.contains(event.relatedTarget)) close();
      },
    },
    input,
    hits,
  );
}
