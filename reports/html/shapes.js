// What the drawing is made of: frame, lines, zones, clouds, and words that fit.
function swatch(kind) {
  return svg(
    "svg",
    { class: "swatch", viewBox: "0 0 28 8", "aria-hidden": "true" },
    svg("line", { x1: 1, y1: 4, x2: 27, y2: 4, class: "edge " + kind }),
  );
}
function canvas(width, height) {
  return svg(
    "svg",
    {
      class: "canvas",
      viewBox: [-MARGIN, -MARGIN, width + 2 * MARGIN, height + 2 * MARGIN].join(" "),
      role: "group",
      "aria-label": t("drawing_label"),
    },
    markers(),
    svg("g", { class: "viewport" }),
  );
}
// The frame of a drawing; it says how many lines it leaves out.
function framed(picture, leftOut) {
  return [
    leftOut > 0 && el("p", { class: "quiet" }, t("lines_left_out", number(leftOut))),
    el("div", { class: "frame-of-drawing", tabindex: 0, role: "region", "aria-label": t("diagram") }, picture),
  ];
}
// The lines to draw: those of findings, then those of most links.
function weightiest(edges) {
  if (edges.length <= MOST_LINES) return edges;
  const kept = new Set(
    [...edges]
      .sort((a, b) => b.finding - a.finding || b.links - a.links || (a.key < b.key ? -1 : 1))
      .slice(0, MOST_LINES),
  );
  return edges.filter((e) => kept.has(e));
}
function markers() {
  return svg(
    "defs",
    null,
    ["ot", "it", "other", "finding"].map((kind) =>
      svg(
        "marker",
        {
          id: "arrow-" + kind,
          viewBox: "0 0 8 8",
          refX: 7,
          refY: 4,
          markerWidth: 7,
          markerHeight: 7,
          orient: "auto",
          markerUnits: "userSpaceOnUse",
        },
        svg("path", { d: "M0 0 L8 4 L0 8 z", class: "arrow " + kind }),
      ),
    ),
  );
}
function edgeShown(edge) {
  return drawingState.shown[edge.domain] && (!drawingState.onlyFindings || edge.finding);
}
function edgeLine(edge, width) {
  const kind = edge.finding ? "finding" : edge.domain;
  return svg("path", {
    d: edge.path,
    class: "edge " + kind + (edge.succeeded ? "" : " tried"),
    "stroke-width": width || null,
    "marker-end": edge.oneWay ? "url(#arrow-" + kind + ")" : null,
  });
}

function zoneShape(zone) {
  return svg(
    "g",
    { class: "zone " + zone.kind + (zone.inferred ? " inferred" : "") },
    zone.id === INTERNET
      ? svg("path", { class: "zone-shape", d: cloud(zone) })
      : svg("rect", { class: "zone-shape", x: zone.x, y: zone.y, width: zone.width, height: zone.height, rx: 6 }),
  );
}
// Drawn after the lines, on a plate, so that they don't cross the words.
function zoneTitle(zone) {
  const special = { [INTERNET]: "internet", [REMOTE]: "zone_remote", [NOWHERE]: "zone_none" }[zone.id];
  const level = zone.shownLevel === null || zone.shownLevel === undefined ? "" : "L" + zone.shownLevel + " ";
  const marks = [
    !special && !zone.name.includes(word("zone_kind", zone.kind)) && word("zone_kind", zone.kind),
    zone.closed && t("zone_closed"),
    zone.inferred && !zone.name.includes(t("zone_inferred_mark")) && t("zone_inferred_mark"),
  ]
    .filter(Boolean)
    .join(" · ");
  const cloudy = zone.id === INTERNET;
  const room = zone.width - 2 * (cloudy ? cloudEnd(zone) : ZONE.pad) - textWidth(level, ZONE_FONT);
  const name = fit(visible(special ? t(special) : zone.name), room, ZONE_FONT);
  const tail = marks && textWidth(name, ZONE_FONT) + 8 + textWidth(marks, MARK_FONT) <= room ? marks : "";
  const width = textWidth(level + name, ZONE_FONT) + (tail && 8 + textWidth(tail, MARK_FONT));
  const x = cloudy ? zone.x + zone.width / 2 : zone.x + ZONE.pad;
  return [
    svg("rect", { class: "zone-plate " + zone.kind, x: (cloudy ? x - width / 2 : x) - 4, y: zone.y + 8, width: width + 8, height: 20, rx: 3 }),
    svg(
      "text",
      { x, y: zone.y + 23, class: "zone-name " + zone.kind, "text-anchor": cloudy ? "middle" : null },
      svg("title", null, visible(special ? t(special) : zone.name)),
      level && svg("tspan", { class: "zone-level" }, level),
      name,
      tail && svg("tspan", { class: "zone-marks", dx: 8 }, tail),
    ),
  ];
}

// A cloud around the box: a round end on each side, arcs along the upper edge.
function cloudEnd({ height }) {
  return (height - 14) / 2;
}
function cloud({ x, y, width, height }) {
  const end = cloudEnd({ height });
  const inner = width - 2 * end;
  const bumps = Math.max(2, Math.round(inner / 110));
  const step = inner / bumps;
  const path = ["M", x + end, y + height, "a", end, end, 0, 0, 1, 0, -2 * end];
  for (let i = 0; i < bumps; ++i) path.push("a", step * 0.56, step * 0.3, 0, 0, 1, step, 0);
  return [...path, "a", end, end, 0, 0, 1, 0, 2 * end, "z"].join(" ");
}

// As drawing.css sets them.
const ZONE_FONT = "600 14px ";
const MARK_FONT = "400 12px ";
const NODE_FONT = "600 12px ";
const SECOND_FONT = "400 11px ";
const NODE_ROOM = NODE.width - 16;
let ruler = null;

function textWidth(text, font) {
  ruler ||= document.createElement("canvas").getContext("2d");
  ruler.font = font + getComputedStyle(document.body).fontFamily;
  return ruler.measureText(text).width;
}
// As much of a text as there is room for.
function fit(text, room, font) {
  if (textWidth(text, font) <= room) return text;
  const letters = [...text].slice(0, 100);
  while (letters.length > 1 && textWidth(letters.join("") + "…", font) > room) letters.pop();
  return letters.join("") + "…";
}
