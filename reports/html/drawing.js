// The drawing of zones and links, as SVG made from the layout.
const MOST_DRAWN = 200; // devices; above, only those of one role together
const MOST_AT_FIRST = 80; // devices drawn one by one unless the reader asks for them
const MOST_LINES = 200; // more are no picture any longer; the matrix has them all
const MOST_PEERS = 12; // outside addresses drawn one by one
const drawingState = {
  view: "",
  zoom: null, // d3's transform; all of the drawing if null
  shown: { ot: true, it: true, other: true },
  onlyFindings: false,
  selected: null,
};

function drawingSection() {
  const zones = drawnZones(model);
  const devices = deviceCount();
  const section = el("section", { id: "drawing" }, el("h2", null, t("nav_drawing")));
  if (!zones.length) return fill(section, [el("p", { class: "quiet" }, t("nothing_drawn"))]);
  const narrow = window.innerWidth < 700;
  const views = [devices <= MOST_DRAWN && "devices", "roles", "zones"].filter(Boolean);
  const first = narrow ? "zones" : devices <= MOST_AT_FIRST ? "devices" : "roles";
  const view = views.includes(drawingState.view) ? drawingState.view : first;
  const zooming = zoomBar();
  const box = el("div", { class: "drawing" });
  const below = el("div", { class: "selection", "aria-live": "polite" });
  const draw = () => {
    replaceChildren(
      box,
      view === "devices" ? deviceDrawing(below) : view === "roles" ? roleDrawing() : zoneDrawing(narrow ? 360 : 1080),
    );
    zooming.hold(box);
  };
  const choose = (name) =>
    el(
      "button",
      {
        type: "button",
        "aria-pressed": String(view === name),
        onclick: () => {
          drawingState.view = name;
          drawingState.zoom = null;
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
    el("h3", { class: "diagram" }, t("diagram")),
    lead(
      t({ devices: "drawing_lead", roles: "roles_lead", zones: "zones_lead" }[view], number(devices)),
      view !== "zones" && t({ devices: "drawing_how", roles: "roles_how" }[view]),
    ),
    leftOutNote("assets", "assets.csv"),
    el(
      "div",
      { class: "bar legend" },
      el("div", { class: "choice", role: "group", "aria-label": t("view") }, views.map(choose)),
      zooming.bar,
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
      [view === "zones" && t("line_numbers"), t("line_arrows"), t("link_tried"), t("not_drawn")]
        .filter(Boolean)
        .join(language === "ja" ? "" : " "),
    ),
    el("p", { class: "muted zoom-how" }, t("zoom_how")),
  ]);
  draw();
  return section;
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
  const all = drawnEdges(model, placeOf).filter((e) => e.from !== e.to);
  const edges = weightiest(all);
  const placed = layoutBoxes(zones, edges, { width });
  const spots = placed.boxes;
  routeEdges(edges, spots);
  const shown = edges.filter(edgeShown);
  const lines = shown.map((edge) => edgeLine(edge));
  const picture = canvas(placed.width, placed.height);
  const boxes = new Map();
  const light = lighting(picture, shown, lines, boxes);
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
  fill(picture.querySelector(".viewport"), [
    zones.map(zoneShape),
    svg("g", { class: "edges" }, lines),
    zones.map(zoneTitle),
    [...boxes.values()],
    badges,
  ]);
  if (drawingState.selected !== null && boxes.has(drawingState.selected)) {
    const node = drawingState.selected;
    drawingState.selected = null;
    queueMicrotask(() => select(node));
  }
  return framed(picture, all.length - edges.length);
}

// Shows what a box talks with, and nothing else; all for null.
function lighting(picture, shown, lines, boxes) {
  return (node) => {
    picture.classList.toggle("lit", node !== null);
    const near = new Set([node]);
    shown.forEach((edge, i) => {
      const touches = edge.from === node || edge.to === node;
      lines[i].classList.toggle("on", touches);
      if (touches) near.add(edge.from).add(edge.to);
    });
    for (const [n, box] of boxes) box.classList.toggle("on", near.has(n));
  };
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
  const shown = fit(name, NODE_ROOM, NODE_FONT);
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
        [shown, ...second.map((line) => fit(line, NODE_ROOM, SECOND_FONT))].join(" ") +
        (worst ? " " + t("findings_on", asset.findings.length) : "") +
        (shown === name ? "" : " " + name),
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
    svg("text", { x: spot.x + 9, y: spot.y + 32 - 7 * second.length, class: "node-name" }, shown + " "),
    second.map((line, i) =>
      svg(
        "text",
        { x: spot.x + 9, y: spot.y + 47 - 7 * second.length + 14 * i, class: "node-second" },
        fit(line, NODE_ROOM, SECOND_FONT) + " ",
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
  const inside = new Map(all.filter((e) => e.from === e.to).map((e) => [e.from, e.links]));
  const others = all.filter((e) => e.from !== e.to);
  const between = weightiest(others);
  // each zone is the only box in itself
  const outlines = zones.map((zone, i) => ({ level: zone.level, id: zone.id, nodes: [i] }));
  const placed = layoutBoxes(outlines, between, {
    width,
    size,
    frame: { pad: 0, head: 0, gapX: ZONE.gapX, gapY: ZONE.gapY, least: 0 },
    lane: width < 500 ? 12 : 22,
  });
  zones.forEach((zone, i) => Object.assign(zone, outlines[i], { nodes: zone.nodes }));
  const edges = routeEdges(between, placed.boxes).filter(edgeShown);
  const picture = canvas(placed.width, placed.height);
  fill(picture.querySelector(".viewport"), [
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
  return framed(picture, others.length - between.length);
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
  const others = all.filter((e) => e.from !== e.to);
  const edges = weightiest(others);
  const inside = new Map(all.filter((e) => e.from === e.to).map((e) => [e.from, e.links]));
  const placed = layoutBoxes(zones, edges, { width });
  const spots = placed.boxes;
  routeEdges(edges, spots);
  const shown = edges.filter(edgeShown);
  const lines = shown.map((edge) => edgeLine(edge, Math.min(6, 1 + Math.log10(edge.links))));
  const picture = canvas(placed.width, placed.height);
  const boxes = new Map();
  const light = lighting(picture, shown, lines, boxes);
  const badges = [];
  groups.forEach((group, i) =>
    boxes.set(
      i,
      groupBox(group, spots.get(i), inside.get(i) || 0, () => light(i), () => light(null), badges),
    ),
  );
  fill(picture.querySelector(".viewport"), [
    zones.map(zoneShape),
    svg("g", { class: "edges" }, lines),
    zones.map(zoneTitle),
    [...boxes.values()],
    badges,
  ]);
  return framed(picture, others.length - edges.length);
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
    fit(name, NODE_ROOM, NODE_FONT),
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
    svg("text", { x: spot.x + 9, y: spot.y + (second ? 24 : 32), class: "node-name" }, fit(name, NODE_ROOM, NODE_FONT) + " "),
    second && svg("text", { x: spot.x + 9, y: spot.y + 42, class: "node-second" }, second + " "),
    ),
  );
}

// The asset table, with the devices of one zone and role.
function showAssets(zone, role) {
  tableStates.delete("assets");
  presetAssets = { zone: zone.id, role: role || "\u0000" };
  redrawSection("assets");
  go("assets");
}
let presetAssets = {};
