// The drawing of zones and links, as SVG made from the layout.
const MOST_DRAWN = 200; // devices; above, links are drawn zone to zone
const MOST_PEERS = 12; // outside addresses drawn one by one
const ZOOMS = [0.5, 0.75, 1, 1.5, 2, 3, 4];
const drawingState = { view: "", zoom: 1, shown: { ot: true, it: true, other: true }, onlyFindings: false, selected: null };

function drawingSection() {
  const zones = drawnZones(model);
  const devices = deviceCount();
  const section = el("section", { id: "drawing" }, el("h2", null, t("nav_drawing")));
  if (!zones.length) return fill(section, [el("p", { class: "quiet" }, t("nothing_drawn"))]);
  const tooMany = devices > MOST_DRAWN;
  const narrow = window.innerWidth < 700;
  const views = tooMany ? ["roles", "zones"] : ["devices", "zones"];
  const view = views.includes(drawingState.view) ? drawingState.view : narrow ? "zones" : views[0];
  const box = el("div", { class: "drawing" });
  const below = el("div", { class: "selection", "aria-live": "polite" });
  const draw = () => {
    replaceChildren(
      box,
      view === "devices" ? deviceDrawing(below) : view === "roles" ? roleDrawing() : zoneDrawing(narrow ? 360 : 1080),
    );
    zoomTo(box, drawingState.zoom);
  };
  const choose = (name) =>
    el(
      "button",
      {
        type: "button",
        "aria-pressed": String(view === name),
        onclick: () => {
          drawingState.view = name;
          redrawSection("drawing");
        },
      },
      t("view_" + name),
    );
  const check = (key, label, checked, change) =>
    el(
      "label",
      { class: "check " + key },
      assign(
        el("input", {
          type: "checkbox",
          onchange: (event) => {
            change(event.target.checked);
            draw();
          },
        }),
        { checked },
      ),
      swatch(key),
      label,
    );
  const domains = ["ot", "it", "other"].map((d) =>
    check(d, t("link_" + d), drawingState.shown[d], (on) => (drawingState.shown[d] = on)),
  );
  fill(section, [
    zoneMatrix(),
    el("h3", null, t("diagram")),
    el(
      "p",
      { class: "lead" },
      t(!tooMany ? "drawing_lead" : view === "roles" ? "too_many_roles" : "too_many", number(devices)),
    ),
    leftOutNote("assets", "assets.csv"),
    el(
      "div",
      { class: "bar legend" },
      el("div", { class: "choice", role: "group", "aria-label": t("view") }, views.map(choose)),
      zoomButtons(box),
      el(
        "div",
        { class: "checks", role: "group", "aria-label": t("show") },
        domains,
        check("finding", t("link_finding"), drawingState.onlyFindings, (on) => (drawingState.onlyFindings = on)),
      ),
    ),
    box,
    below,
    el(
      "p",
      { class: "muted" },
      [view === "zones" && t("line_numbers"), t("link_tried"), t("not_drawn")]
        .filter(Boolean)
        .join(language === "ja" ? "" : " "),
    ),
  ]);
  draw();
  return section;
}

// Bigger or smaller within its frame, which scrolls; 1 fits the width.
function zoomTo(box, zoom) {
  const picture = box.querySelector(".canvas");
  if (!picture) return;
  picture.classList.toggle("zoomed", zoom !== 1);
  picture.style.width = zoom === 1 ? "" : zoom * 100 + "%";
}
function zoomButtons(box) {
  const shown = el("output", { "aria-live": "polite" });
  const set = (zoom) => {
    const frame = box.querySelector(".scroll");
    const middle = frame ? (frame.scrollLeft + frame.clientWidth / 2) / frame.scrollWidth : 0;
    drawingState.zoom = zoom;
    zoomTo(box, zoom);
    if (frame) frame.scrollLeft = middle * frame.scrollWidth - frame.clientWidth / 2;
    replaceChildren(shown, Math.round(zoom * 100) + "%");
  };
  const step = (by) => () => {
    const at = ZOOMS.indexOf(drawingState.zoom);
    set(ZOOMS[Math.min(ZOOMS.length - 1, Math.max(0, at + by))]);
  };
  replaceChildren(shown, Math.round(drawingState.zoom * 100) + "%");
  return el(
    "div",
    { class: "zooming", role: "group", "aria-label": t("zoom") },
    el("button", { type: "button", "aria-label": t("zoom_out"), onclick: step(-1) }, "−"),
    shown,
    el("button", { type: "button", "aria-label": t("zoom_in"), onclick: step(1) }, "+"),
    el("button", { type: "button", onclick: () => set(1) }, t("zoom_fit")),
  );
}

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
  );
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
    d: edge.path.map((v) => (typeof v === "number" ? v.toFixed(1) : v)).join(" "),
    class: "edge " + kind + (edge.succeeded ? "" : " tried"),
    "stroke-width": width || null,
    "marker-end": edge.both ? null : "url(#arrow-" + kind + ")",
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
// Drawn after the lines, so that they don't cross the words.
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
  const name = visible(special ? t(special) : zone.name);
  const units = Math.floor(zone.width / 8) - 5;
  const used = [...name].reduce((n, c) => n + textUnits(c), 0) + [...marks].reduce((n, c) => n + textUnits(c), 0);
  return svg(
    "text",
    {
      x: zone.id === INTERNET ? zone.x + zone.width / 2 : zone.x + ZONE.pad,
      y: zone.y + 23,
      class: "zone-name " + zone.kind,
      "text-anchor": zone.id === INTERNET ? "middle" : null,
    },
    level && svg("tspan", { class: "zone-level" }, level),
    shorten(name, units),
    marks && used < units && svg("tspan", { class: "zone-marks", dx: 8 }, marks),
  );
}

// A cloud around the box: a round end on each side, arcs along the upper edge.
function cloud({ x, y, width, height }) {
  const end = (height - 14) / 2;
  const inner = width - 24;
  const bumps = Math.max(3, Math.round(inner / 110));
  const step = inner / bumps;
  return (
    "M" +
    (x + 12) +
    " " +
    (y + height) +
    " a" +
    end +
    " " +
    end +
    " 0 0 1 0 " +
    -2 * end +
    (" a" + step * 0.56 + " " + step * 0.3 + " 0 0 1 " + step + " 0").repeat(bumps) +
    " a" +
    end +
    " " +
    end +
    " 0 0 1 0 " +
    2 * end +
    " z"
  );
}

function textUnits(c) {
  return c.charCodeAt(0) > 0x2e7f ? 2 : 1;
}
function shorten(text, units) {
  let used = 0;
  const letters = [...text];
  for (let i = 0; i < letters.length; ++i) {
    used += textUnits(letters[i]);
    if (used > units) return letters.slice(0, Math.max(1, i - 1)).join("") + "…";
  }
  return text;
}

function deviceDrawing(below) {
  const width = 1100;
  const zones = drawnZones(model);
  const peers = zones.find((z) => z.id === INTERNET);
  const alias = new Map(); // outside addresses beyond the first few share one box
  if (peers && peers.nodes.length > MOST_PEERS) {
    const bad = (i) => (model.assets[i].findings.length ? 0 : 1);
    peers.nodes.sort((a, b) => bad(a) - bad(b) || a - b);
    for (const i of peers.nodes.splice(MOST_PEERS - 1)) alias.set(i, INTERNET);
    peers.nodes.push(INTERNET);
  }
  const drawn = new Set(zones.flatMap((z) => z.nodes));
  const placeOf = (i) => (alias.has(i) ? alias.get(i) : drawn.has(i) ? i : undefined);
  const edges = drawnEdges(model, placeOf).filter((e) => e.from !== e.to);
  const { height, spots } = layoutDevices(zones, edges, width);
  routeEdges(
    edges,
    new Map([...spots].map(([node, spot]) => [node, { x: spot.x, y: spot.y, width: NODE.width, height: NODE.height }])),
    width,
    LANE,
  );
  const shown = edges.filter(edgeShown);
  const lines = shown.map((edge) => edgeLine(edge));
  const picture = canvas(width, height);
  const boxes = new Map();
  const light = (node) => {
    picture.classList.toggle("lit", node !== null);
    const near = new Set([node]);
    shown.forEach((edge, i) => {
      const touches = edge.from === node || edge.to === node;
      lines[i].classList.toggle("on", touches);
      if (touches) near.add(edge.from).add(edge.to);
    });
    for (const [n, box] of boxes) box.classList.toggle("on", near.has(n));
  };
  const select = (node) => {
    drawingState.selected = drawingState.selected === node ? null : node;
    light(drawingState.selected);
    for (const [n, box] of boxes)
      if (box.hasAttribute("aria-pressed")) box.setAttribute("aria-pressed", String(n === drawingState.selected));
    replaceChildren(below, drawingState.selected !== null && selectionList(drawingState.selected, () => select(node)));
  };
  const badges = [];
  for (const zone of zones)
    for (const node of zone.nodes) boxes.set(node, nodeBox(node, spots.get(node), alias.size, light, select, badges));
  fill(picture, [zones.map(zoneShape), svg("g", { class: "edges" }, lines), zones.map(zoneTitle), [...boxes.values()], badges]);
  if (drawingState.selected !== null && boxes.has(drawingState.selected)) {
    const node = drawingState.selected;
    drawingState.selected = null;
    queueMicrotask(() => select(node));
  }
  return el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": t("nav_drawing") }, picture);
}

// Beside the box, not in it: the box's label tells the number in words.
function countBadge(spot, width, worst, n) {
  const x = spot.x + NODE.width + 5 - width;
  return svg(
    "g",
    { class: "node-count " + worst, "aria-hidden": "true" },
    svg("rect", { x, y: spot.y - 7, width, height: 16, rx: 8 }),
    svg("text", { x: x + width / 2, y: spot.y + 5, "text-anchor": "middle" }, number(n)),
  );
}

function nodeBox(node, spot, hidden, light, select, badges) {
  if (node === INTERNET) {
    return svg(
      "g",
      { class: "node internet" },
      svg("rect", { x: spot.x, y: spot.y, width: NODE.width, height: NODE.height, rx: 4 }),
      svg(
        "text",
        { x: spot.x + NODE.width / 2, y: spot.y + 32, "text-anchor": "middle", class: "node-name" },
        t("internet_more", number(hidden)),
      ),
    );
  }
  const asset = model.assets[node];
  const name = visible(asset.name);
  const address = mainAddress(asset);
  const second = [asset.role && word("role", asset.role), address !== asset.name && visible(address)].filter(Boolean);
  const worst = SEVERITIES.find((s) => asset.findings.some((f) => f.severity === s));
  if (worst) badges.push(countBadge(spot, 28, worst, asset.findings.length));
  const reset = () => light(drawingState.selected);
  return svg(
    "g",
    {
      class: "node " + (asset.is_ot ? "ot" : asset.is_it ? "it" : "other"),
      tabindex: 0,
      role: "button",
      "aria-pressed": "false",
      "aria-label":
        [shorten(name, 17), ...second.map((line) => shorten(line, 22))].join(" ") +
        (worst ? " " + t("findings_on", asset.findings.length) : "") +
        (shorten(name, 17) === name ? "" : " " + name),
      onmouseenter: () => light(node),
      onmouseleave: reset,
      onfocus: () => light(node),
      onblur: reset,
      onclick: () => select(node),
      onkeydown: (event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        select(node);
      },
    },
    // what the label says already
    svg(
      "g",
      { "aria-hidden": "true" },
    svg("title", null, [name, ...second].join("\n")),
    svg("rect", { x: spot.x, y: spot.y, width: NODE.width, height: NODE.height, rx: 4 }),
    svg("text", { x: spot.x + 9, y: spot.y + 32 - 7 * second.length, class: "node-name" }, shorten(name, 17) + " "),
    second.map((line, i) =>
      svg(
        "text",
        { x: spot.x + 9, y: spot.y + 47 - 7 * second.length + 14 * i, class: "node-second" },
        shorten(line, 22) + " ",
      ),
    ),
    ),
  );
}

function selectionList(node, clear) {
  const links = model.links.filter((l) => l.client === node || l.server === node);
  return [
    el(
      "div",
      { class: "selection-head" },
      el("h3", null, t("selected_links", visible(model.assets[node].name), number(links.length))),
      anchorLink("asset-" + model.assets[node].id, t("details")),
      el("button", { type: "button", onclick: clear }, t("clear")),
    ),
    simpleTable(
      [t("client"), t("server"), t("protocol"), t("state")],
      links
        .slice(0, 100)
        .map((l) => [assetLink(l.client), assetLink(l.server), protocolText(l), word("state", l.state)]),
    ),
  ];
}

function zoneDrawing(width) {
  const zones = drawnZones(model);
  const zoneOf = new Map();
  zones.forEach((zone, i) => zone.nodes.forEach((node) => zoneOf.set(node, i)));
  const all = drawnEdges(model, (i) => zoneOf.get(i));
  const size = width < 500 ? { width: 162, height: 78 } : { width: 230, height: 78 };
  const placed = placeZones(zones, width, () => size);
  const inside = new Map(all.filter((e) => e.from === e.to).map((e) => [e.from, e.links]));
  const edges = routeEdges(
    all.filter((e) => e.from !== e.to),
    new Map(zones.map((zone, i) => [i, zone])),
    width,
    width < 500 ? 24 : 44,
  ).filter(edgeShown);
  const picture = canvas(width, placed.height);
  fill(picture, [
    zones.map(zoneShape),
    svg(
      "g",
      { class: "edges" },
      edges.map((edge) => edgeLine(edge, Math.min(7, 1.4 + Math.log2(edge.links)))),
    ),
    zones.map((zone, i) => {
      const x = zone.id === INTERNET ? zone.x + zone.width / 2 : zone.x + ZONE.pad;
      const anchor = zone.id === INTERNET ? "middle" : null;
      return [
        zoneTitle(zone),
        svg(
          "text",
          { x, y: zone.y + 44, class: "zone-count", "text-anchor": anchor },
          t(zone.id === INTERNET ? "zone_peers" : "zone_assets", number(zone.nodes.length)),
        ),
        inside.has(i) &&
          svg(
            "text",
            { x, y: zone.y + 62, class: "zone-count", "text-anchor": anchor },
            t("zone_inside", number(inside.get(i))),
          ),
      ];
    }),
    edges.map((edge) =>
      svg(
        "text",
        { x: edge.middle.x, y: edge.middle.y + 4, "text-anchor": "middle", class: "edge-label" },
        number(edge.links),
      ),
    ),
  ]);
  return el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": t("nav_drawing") }, picture);
}

// Where single devices are too many to draw, those of one role in one zone are one box.
function roleDrawing() {
  const width = 1100;
  const zones = drawnZones(model);
  const groups = [];
  const groupOf = new Map();
  for (const zone of zones) {
    const byRole = new Map();
    for (const node of zone.nodes) {
      const role = zone.id === INTERNET ? "" : model.assets[node].role;
      if (!byRole.has(role)) {
        byRole.set(role, groups.length);
        groups.push({ zone, role, nodes: [] });
      }
      groups[byRole.get(role)].nodes.push(node);
      groupOf.set(node, byRole.get(role));
    }
    zone.nodes = [...byRole.values()];
  }
  const all = drawnEdges(model, (i) => groupOf.get(i));
  const edges = all.filter((e) => e.from !== e.to);
  const inside = new Map(all.filter((e) => e.from === e.to).map((e) => [e.from, e.links]));
  const { height, spots } = layoutDevices(zones, edges, width);
  routeEdges(
    edges,
    new Map([...spots].map(([node, spot]) => [node, { x: spot.x, y: spot.y, width: NODE.width, height: NODE.height }])),
    width,
    LANE,
  );
  const shown = edges.filter(edgeShown);
  const lines = shown.map((edge) => edgeLine(edge, Math.min(6, 1 + Math.log10(edge.links))));
  const picture = canvas(width, height);
  const boxes = new Map();
  const light = (node) => {
    picture.classList.toggle("lit", node !== null);
    const near = new Set([node]);
    shown.forEach((edge, i) => {
      const touches = edge.from === node || edge.to === node;
      lines[i].classList.toggle("on", touches);
      if (touches) near.add(edge.from).add(edge.to);
    });
    for (const [n, box] of boxes) box.classList.toggle("on", near.has(n));
  };
  const badges = [];
  groups.forEach((group, i) =>
    boxes.set(
      i,
      groupBox(group, spots.get(i), inside.get(i) || 0, () => light(i), () => light(null), badges),
    ),
  );
  fill(picture, [zones.map(zoneShape), svg("g", { class: "edges" }, lines), zones.map(zoneTitle), [...boxes.values()], badges]);
  return el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": t("diagram") }, picture);
}

function groupBox(group, spot, inside, light, dark, badges) {
  const outside = group.zone.id === INTERNET;
  const name = outside ? t("zone_peers", number(group.nodes.length)) : word("role", group.role);
  const second = outside ? "" : t("role_devices", number(group.nodes.length));
  const assets = group.nodes.map((i) => model.assets[i]);
  const worst = SEVERITIES.find((s) => assets.some((a) => a.findings.some((f) => f.severity === s)));
  const found = assets.filter((a) => a.findings.length).length;
  const kind = assets.some((a) => a.is_ot) ? "ot" : assets.some((a) => a.is_it) ? "it" : "other";
  if (worst) badges.push(countBadge(spot, 36, worst, found));
  const show = () => (outside ? go("external") : showAssets(group.zone, group.role));
  const label = [
    shorten(name, 17),
    second,
    worst ? t("devices_with_findings", number(found)) : "",
    inside ? t("zone_inside", number(inside)) : "",
  ];
  return svg(
    "g",
    {
      class: "node group " + kind,
      tabindex: 0,
      role: "button",
      "aria-label": label.filter(Boolean).join(" "),
      onmouseenter: light,
      onmouseleave: dark,
      onfocus: light,
      onblur: dark,
      onclick: show,
      onkeydown: (event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        show();
      },
    },
    svg(
      "g",
      { "aria-hidden": "true" },
    svg("title", null, label.filter(Boolean).join("\n")),
    svg("rect", { x: spot.x, y: spot.y, width: NODE.width, height: NODE.height, rx: 4 }),
    svg("text", { x: spot.x + 9, y: spot.y + (second ? 24 : 32), class: "node-name" }, shorten(name, 17) + " "),
    second && svg("text", { x: spot.x + 9, y: spot.y + 42, class: "node-second" }, second + " "),
    ),
  );
}

// The asset table, with the devices of one zone and role.
function showAssets(zone, role) {
  tableStates.delete("assets");
  const scope = zone.id === REMOTE ? { scope: "remote" } : zone.id === NOWHERE ? { scope: "local" } : { zone: zone.id };
  presetAssets = { ...scope, role: role || "\u0000" };
  redrawSection("assets");
  go("assets");
}
let presetAssets = {};
