// Zones × zones: how many links lead from one zone to another, of how many who began was not seen, which of them carry
// control traffic, and which are part of a finding. A cell opens these links in their table.

// As in the drawing: the zone, or the place for devices that are in none; "" for groups.
function zoneKey(asset) {
  if (asset.scope === "internet") return INTERNET;
  if (!isDevice(asset)) return "";
  return model.zoneById.has(asset.zone) ? asset.zone : asset.scope === "remote" ? REMOTE : NOWHERE;
}
function zoneKeyName(key) {
  const special = { [INTERNET]: "internet", [REMOTE]: "zone_remote", [NOWHERE]: "zone_none" }[key];
  return special ? t(special) : zoneLabel(key);
}

function zoneMatrix() {
  const zones = drawnZones(model);
  if (zones.length < 2) return null;
  const cells = new Map();
  for (const link of model.links) {
    const from = zoneKey(model.assets[link.client]);
    const to = zoneKey(model.assets[link.server]);
    if (!from || !to) continue;
    const key = from + "\n" + to;
    if (!cells.has(key)) cells.set(key, { links: 0, succeeded: 0, unseen: 0, ot: 0, finding: false });
    const cell = cells.get(key);
    cell.links += 1;
    cell.succeeded += succeeded(link) ? 1 : 0;
    cell.unseen += from !== to && !link.client_known ? 1 : 0; // within a zone it makes no difference
    cell.ot += link.domain === "ot" ? 1 : 0;
    cell.finding ||= from !== to && model.badPairs.has(link.client + " " + link.server);
  }
  const label = (zone) => {
    const level = zone.shownLevel === null || zone.shownLevel === undefined ? "" : "L" + zone.shownLevel + " ";
    const name = zoneKeyName(zone.id);
    return el("span", { class: "matrix-name", title: level + name }, el("span", { class: "muted" }, level), data(name));
  };
  const cellOf = (from, to) => {
    const cell = cells.get(from.id + "\n" + to.id);
    if (!cell) return el("td", { class: "none" }, "–");
    const kind = cell.finding ? "finding" : from.id === to.id ? "inside" : cell.ot ? "ot" : "some";
    return el(
      "td",
      { class: kind },
      el(
        "button",
        {
          type: "button",
          onclick: () => showLinks(from.id, to.id),
        },
        el("span", { class: "hidden" }, t("matrix_cell", zoneKeyName(from.id), zoneKeyName(to.id))),
        el("b", null, number(cell.links)),
        cell.succeeded < cell.links &&
          el("span", { class: "matrix-note" }, t("matrix_failed", number(cell.links - cell.succeeded))),
        cell.unseen > 0 && el("span", { class: "matrix-note" }, t("matrix_unseen", number(cell.unseen))),
        cell.ot > 0 && el("span", { class: "matrix-note" }, "OT " + number(cell.ot)),
      ),
    );
  };
  return [
    el("h3", null, t("matrix")),
    lead(t("matrix_lead"), t("matrix_how")),
    el(
      "div",
      { class: "scroll", tabindex: 0, role: "region", "aria-label": t("matrix") },
      el(
        "table",
        { class: "matrix" },
        el("caption", { class: "hidden" }, t("matrix")),
        el(
          "thead",
          null,
          el(
            "tr",
            null,
            el("th", { scope: "col" }, t("matrix_corner")),
            zones.map((z) => el("th", { scope: "col" }, label(z))),
          ),
        ),
        el(
          "tbody",
          null,
          zones.map((from) =>
            el("tr", null, el("th", { scope: "row" }, label(from)), zones.map((to) => cellOf(from, to))),
          ),
        ),
      ),
    ),
    el(
      "p",
      { class: "muted matrix-key" },
      ["finding", "ot", "some", "inside"].map((kind) => [
        el(
          "span",
          { class: "nowrap" },
          el("span", { class: "key " + kind, "aria-hidden": "true" }),
          " ",
          t("matrix_" + kind),
        ),
        " ",
      ]),
    ),
  ];
}

function showLinks(from, to) {
  tableStates.delete("links");
  presetLinks = { from, to };
  redrawSection("links");
  go("links");
}
let presetLinks = {};
