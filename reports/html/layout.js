// Where boxes and lines of the drawing go; pure arithmetic, the same for the same data.
// Zones stand in ranks by Purdue level, the internet above all. Within a zone devices form a grid,
// ordered so that those which talk across zones stand near their partners.

const NODE = { width: 144, height: 54, gapX: 28, gapY: 34 };
const ZONE = { pad: 18, head: 30, gapX: 40, gapY: 64 };
const LANE = 5; // between lines side by side
const MARGIN = 30; // around the whole drawing
const DEFAULT_LEVEL = { wan: 4.5, it: 4, dmz: 3.5, ot: 2, safety: 1 };
const INTERNET = "\u0000internet";
const REMOTE = "\u0000remote";
const NOWHERE = "\u0000nowhere";

// Groups of devices: declared or inferred zones, and the places for those that have none.
function drawnZones(m) {
  const zones = new Map();
  const add = (id, zone) => zones.set(id, { id, nodes: [], ...zone });
  for (const z of m.zones)
    add(z.id, {
      name: zoneName(z),
      kind: z.kind,
      level: z.level ?? DEFAULT_LEVEL[z.kind] ?? 2,
      shownLevel: z.level,
      closed: z.closed,
      inferred: z.source === "inferred",
    });
  for (const asset of m.assets) {
    if (asset.scope === "internet") {
      if (!zones.has(INTERNET)) add(INTERNET, { kind: "internet", level: 99 });
      zones.get(INTERNET).nodes.push(asset.index);
    } else if (isDevice(asset)) {
      let id = asset.zone;
      if (!zones.has(id)) {
        id = asset.scope === "remote" ? REMOTE : NOWHERE;
        if (!zones.has(id)) add(id, id === REMOTE ? { kind: "remote", level: 4.75 } : { kind: "none", level: -1 });
      }
      zones.get(id).nodes.push(asset.index);
    }
  }
  return [...zones.values()].filter((z) => z.nodes.length).sort((a, b) => b.level - a.level || (a.id < b.id ? -1 : 1));
}

// All links between two drawn things as one line.
function drawnEdges(m, placeOf) {
  const edges = new Map();
  for (const link of m.links) {
    const from = placeOf(link.client);
    const to = placeOf(link.server);
    if (from === undefined || to === undefined) continue;
    const key = from < to ? from + " " + to : to + " " + from;
    if (!edges.has(key))
      edges.set(key, { key, from, to, links: 0, ot: 0, it: 0, other: 0, succeeded: 0, finding: false, both: false });
    const edge = edges.get(key);
    edge.links += 1;
    edge[link.domain === "ot" || link.domain === "it" ? link.domain : "other"] += 1;
    edge.succeeded += succeeded(link) ? 1 : 0;
    edge.finding ||= m.badPairs.has(link.client + " " + link.server);
    edge.both ||= edge.from !== from;
  }
  for (const edge of edges.values()) edge.domain = edge.ot ? "ot" : edge.it ? "it" : "other";
  return [...edges.values()].sort((a, b) => a.finding - b.finding || (a.key < b.key ? -1 : 1));
}

// Places zones in lines of at most `width`; each zone needs {level, columns(limit) → {width, height}}.
function placeZones(zones, width, measure) {
  let y = 0;
  const lines = [];
  for (const zone of zones) {
    const line = lines.at(-1);
    zone.size = measure(zone);
    if (line && line.level === zone.level && line.width + ZONE.gapX + zone.size.width <= width) {
      line.zones.push(zone);
      line.width += ZONE.gapX + zone.size.width;
    } else {
      lines.push({ level: zone.level, zones: [zone], width: zone.size.width });
    }
  }
  for (const line of lines) {
    let x = (width - line.width) / 2;
    const height = Math.max(...line.zones.map((z) => z.size.height));
    for (const zone of line.zones) {
      Object.assign(zone, {
        x,
        y: y + (height - zone.size.height) / 2,
        width: zone.size.width,
        height: zone.size.height,
      });
      x += zone.size.width + ZONE.gapX;
    }
    y += height + ZONE.gapY;
  }
  return { height: Math.max(0, y - ZONE.gapY), lines };
}

// The devices of each zone in a grid. A zone alone on its level may be as wide as the page.
function layoutDevices(zones, edges, width) {
  const most = Math.max(1, Math.floor((width - 2 * ZONE.pad + NODE.gapX) / (NODE.width + NODE.gapX)));
  const perLevel = new Map();
  for (const zone of zones) perLevel.set(zone.level, (perLevel.get(zone.level) || 0) + 1);
  const placed = placeZones(zones, width, (zone) => {
    const share = Math.max(1, Math.floor(most / Math.min(perLevel.get(zone.level), 3)));
    zone.columns = Math.min(zone.nodes.length, share, Math.max(2, Math.ceil(Math.sqrt(zone.nodes.length * 2.5))));
    const rows = Math.ceil(zone.nodes.length / zone.columns);
    const inner = zone.columns * (NODE.width + NODE.gapX) - NODE.gapX;
    return {
      width: Math.max(inner, 180) + 2 * ZONE.pad,
      height: ZONE.head + rows * (NODE.height + NODE.gapY) - NODE.gapY + 2 * ZONE.pad,
    };
  });
  const spots = new Map();
  const seat = (zone) =>
    zone.nodes.forEach((node, i) => {
      const inner = zone.columns * (NODE.width + NODE.gapX) - NODE.gapX;
      const row = Math.floor(i / zone.columns);
      const inRow = Math.min(zone.columns, zone.nodes.length - row * zone.columns);
      const left = zone.x + (zone.width - inner) / 2 + ((zone.columns - inRow) * (NODE.width + NODE.gapX)) / 2;
      spots.set(node, {
        x: left + (i % zone.columns) * (NODE.width + NODE.gapX),
        y: zone.y + ZONE.head + ZONE.pad + row * (NODE.height + NODE.gapY),
        zone,
      });
    });
  zones.forEach(seat);
  const neighbours = new Map();
  for (const edge of edges) {
    for (const [a, b] of [
      [edge.from, edge.to],
      [edge.to, edge.from],
    ]) {
      if (!neighbours.has(a)) neighbours.set(a, []);
      neighbours.get(a).push(b);
    }
  }
  const mean = (values) => values.reduce((sum, v) => sum + v, 0) / values.length;
  for (let round = 0; round < 4; ++round) {
    for (const zone of round % 2 ? [...zones].reverse() : zones) {
      const wish = new Map(
        zone.nodes.map((node) => {
          const far = (neighbours.get(node) || []).filter((n) => spots.has(n) && n !== node);
          return [
            node,
            far.length
              ? { x: mean(far.map((n) => spots.get(n).x)), y: mean(far.map((n) => spots.get(n).y)) }
              : spots.get(node),
          ];
        }),
      );
      // rows by the height of the partners, then each row from left to right
      zone.nodes.sort((a, b) => wish.get(a).y - wish.get(b).y || a - b);
      const rows = [];
      for (let i = 0; i < zone.nodes.length; i += zone.columns)
        rows.push(zone.nodes.slice(i, i + zone.columns).sort((a, b) => wish.get(a).x - wish.get(b).x || a - b));
      zone.nodes = rows.flat();
      seat(zone);
    }
  }
  return { height: placed.height, spots };
}

// Lines leave a box where they point to, spread along its edge, and pass other boxes through the gaps between them:
// no line runs behind a box that it has nothing to do with.
function routeEdges(edges, boxes, width, lane) {
  const rows = boxRows([...boxes.values()]);
  const ports = new Map();
  const claim = (at, side, edge, end, towards) => {
    const key = at + " " + side;
    if (!ports.has(key)) ports.set(key, { box: boxes.get(at), side, list: [] });
    ports.get(key).list.push({ edge, end, towards });
  };
  for (const edge of edges) {
    const a = boxes.get(edge.from);
    const b = boxes.get(edge.to);
    const below = b.y - a.y;
    // neighbours of one row bow below it; all others go top to bottom
    edge.level = Math.abs(below) < 4;
    const sides = edge.level ? ["bottom", "bottom"] : below > 0 ? ["bottom", "top"] : ["top", "bottom"];
    claim(edge.from, sides[0], edge, "start", b.x);
    claim(edge.to, sides[1], edge, "end", a.x);
  }
  for (const { box, side, list } of ports.values()) {
    list.sort((p, q) => p.towards - q.towards || (p.edge.key < q.edge.key ? -1 : 1));
    list.forEach((port, i) => {
      port.edge[port.end] = {
        x: box.x + (box.width * (i + 1)) / (list.length + 1),
        y: side === "top" ? box.y : box.y + box.height,
      };
    });
  }
  for (const edge of edges) {
    const { start: s, end: e } = edge;
    if (edge.level) {
      const depth = Math.min(NODE.gapY - 8, 12 + Math.abs(e.x - s.x) / 40);
      edge.path = ["M", s.x, s.y, "C", s.x, s.y + depth, e.x, e.y + depth, e.x, e.y];
      edge.middle = { x: (s.x + e.x) / 2, y: s.y + depth * 0.75 };
      continue;
    }
    const points = [s, ...passages(rows, s, e, width, lane), e];
    edge.path = ["M", s.x, s.y];
    for (let i = 1; i < points.length; ++i) {
      const from = points[i - 1];
      const to = points[i];
      if (from.x === to.x) edge.path.push("L", to.x, to.y);
      else edge.path.push("C", from.x, (from.y + to.y) / 2, to.x, (from.y + to.y) / 2, to.x, to.y);
    }
    // on the way past a box if there is one: there lines run side by side
    const half = points.length > 2 ? 2 * Math.floor(points.length / 4) : 1;
    edge.middle = { x: (points[half - 1].x + points[half].x) / 2, y: (points[half - 1].y + points[half].y) / 2 };
  }
  return edges;
}

// Boxes of one height form a row; `taken` holds the lanes in use of each gap, so that lines run side by side.
function boxRows(boxes) {
  const rows = new Map();
  for (const box of boxes) {
    const key = Math.round(box.y);
    if (!rows.has(key)) rows.set(key, { top: box.y, bottom: box.y + box.height, boxes: [], taken: new Map() });
    rows.get(key).boxes.push(box);
  }
  for (const row of rows.values()) row.boxes.sort((a, b) => a.x - b.x);
  return [...rows.values()].sort((a, b) => a.top - b.top);
}

function passages(rows, start, end, width, lane) {
  const down = end.y > start.y;
  const between = rows.filter((r) => r.top > Math.min(start.y, end.y) + 1 && r.bottom < Math.max(start.y, end.y) - 1);
  if (!down) between.reverse();
  let at = start;
  return between.flatMap((row) => {
    const wish = at.x + ((end.x - at.x) * ((row.top + row.bottom) / 2 - at.y)) / (end.y - at.y);
    const x = freeAt(row, wish, width, lane);
    const pass = [
      { x, y: row.top - 5 },
      { x, y: row.bottom + 5 },
    ];
    if (!down) pass.reverse();
    at = pass[1];
    return pass;
  });
}

// Where a line that would like to be at `wish` passes a row: in the nearest gap, in the next lane that is free there.
function freeAt(row, wish, width, lane) {
  const edges = [-MARGIN, ...row.boxes.flatMap((box) => [box.x, box.x + box.width]), width + MARGIN];
  const gaps = [];
  for (let i = 0; i < edges.length; i += 2)
    if (edges[i + 1] - edges[i] > 2 * LANE) gaps.push({ index: i, left: edges[i], right: edges[i + 1] });
  const away = ({ left, right }) => Math.max(left - wish, wish - right, 0);
  const gap = gaps.reduce((a, b) => (away(b) < away(a) ? b : a), gaps[0]);
  if (!gap) return wish;
  const space = Math.min(lane, (gap.right - gap.left) / 3);
  const lanes = Math.max(1, Math.floor((gap.right - gap.left) / space) - 1);
  const taken = row.taken.get(gap.index) || new Set();
  row.taken.set(gap.index, taken);
  const ideal = Math.min(lanes, Math.max(1, Math.round((wish - gap.left) / space)));
  let chosen = ideal;
  for (let step = 0; step < lanes; ++step) {
    const free = [ideal + step, ideal - step].find((l) => l >= 1 && l <= lanes && !taken.has(l));
    if (free === undefined) continue;
    chosen = free;
    break;
  }
  taken.add(chosen);
  return gap.left + chosen * space;
}
