// Where boxes and lines of the drawing go; pure arithmetic, the same for the same data.
// Zones stand by Purdue level, the internet above all; which row a box stands in is said here. The order within the
// rows, and the side on which a line passes what it has nothing to do with, are dagre's.

const NODE = { width: 144, height: 54, gapX: 28, gapY: 34 };
const ZONE = { pad: 18, head: 30, gapX: 40, gapY: 64, least: 180 };
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
      edges.set(key, { key, from, to, links: 0, ot: 0, it: 0, other: 0, succeeded: 0, finding: false, forth: false, back: false });
    const edge = edges.get(key);
    edge.links += 1;
    edge[link.domain === "ot" || link.domain === "it" ? link.domain : "other"] += 1;
    edge.succeeded += succeeded(link) ? 1 : 0;
    edge.finding ||= m.badPairs.has(link.client + " " + link.server);
    // who asked only as ports or addresses have it, shows no direction
    if (link.client_known) edge[edge.from === from ? "forth" : "back"] = true;
  }
  for (const edge of edges.values()) {
    edge.domain = edge.ot ? "ot" : edge.it ? "it" : "other";
    if (edge.back && !edge.forth) [edge.from, edge.to] = [edge.to, edge.from];
    edge.oneWay = edge.forth !== edge.back;
  }
  return [...edges.values()].sort((a, b) => a.finding - b.finding || (a.key < b.key ? -1 : 1));
}

// The rows of boxes: zones by level, those of one level side by side while they fit the width, in each zone a grid
// whose upper rows hold what talks with zones above.
function drawnLines(zones, edges, width, size) {
  const most = Math.max(1, Math.floor((width - 2 * ZONE.pad + NODE.gapX) / (size.width + NODE.gapX)));
  const perLevel = new Map();
  const levelOf = new Map();
  for (const zone of zones) {
    perLevel.set(zone.level, (perLevel.get(zone.level) || 0) + 1);
    for (const node of zone.nodes) levelOf.set(node, zone.level);
  }
  const pull = new Map(); // upwards below zero
  for (const { from, to } of edges) {
    const up = Math.sign(levelOf.get(from) - levelOf.get(to));
    pull.set(from, (pull.get(from) || 0) + up);
    pull.set(to, (pull.get(to) || 0) - up);
  }
  const lines = [];
  for (const zone of zones) {
    const share = Math.max(1, Math.floor(most / Math.min(perLevel.get(zone.level), 3)));
    const columns = Math.min(zone.nodes.length, share, Math.max(2, Math.ceil(Math.sqrt(zone.nodes.length * 2.5))));
    const wide = columns * (size.width + NODE.gapX) - NODE.gapX + 2 * ZONE.pad;
    let line = lines.at(-1);
    if (!line || line.level !== zone.level || line.width + ZONE.gapX + wide > width) {
      line = { level: zone.level, width: -ZONE.gapX, first: line ? line.first + line.rows : 0, rows: 0, zones: [] };
      lines.push(line);
    }
    line.width += ZONE.gapX + wide;
    line.rows = Math.max(line.rows, Math.ceil(zone.nodes.length / columns));
    line.zones.push(zone);
    zone.line = line;
    zone.nodes.sort((a, b) => (pull.get(a) || 0) - (pull.get(b) || 0));
    zone.rows = Array.from({ length: Math.ceil(zone.nodes.length / columns) }, (_, i) =>
      zone.nodes.slice(i * columns, (i + 1) * columns),
    );
  }
  return lines;
}

// Asks dagre where each box and each line would like to stand in its rows: wish(box), wish(edge, row).
function askDagre(zones, edges, place, size, lane) {
  const graph = new libraries.Graph({ compound: true });
  const names = new Map([...place.keys()].map((node, i) => [node, "box " + i]));
  const rankOf = (row) => 6 * (row + 1); // dagre wants room for the borders of zones, and for labels
  graph.setGraph({
    nodesep: NODE.gapX,
    edgesep: lane,
    ranker: (all) => {
      const root = all.graph().nestingRoot;
      all.node(root).rank = 0;
      for (const [node, { row }] of place) all.node(names.get(node)).rank = rankOf(row);
      // what else there is are the upper and lower borders of zones, joined to their boxes
      for (const { v, w } of all.edges()) {
        const [above, below] = [all.node(v), all.node(w)];
        if (v.startsWith("_bt")) above.rank = Math.min(above.rank ?? Infinity, below.rank - 1);
        if (w.startsWith("_bb")) below.rank = Math.max(below.rank ?? 0, above.rank + 1);
      }
    },
  });
  zones.forEach((zone, i) => {
    graph.setNode("zone " + i, {});
    for (const node of zone.nodes) {
      graph.setNode(names.get(node), { width: size.width, height: size.height });
      graph.setParent(names.get(node), "zone " + i);
    }
  });
  for (const edge of edges)
    if (edge.upper !== undefined) graph.setEdge(names.get(edge.upper), names.get(edge.lower), {});
  libraries.layout(graph);
  const heights = new Map(); // of the rows in dagre's drawing
  for (const [node, { row }] of place) heights.set(row, graph.node(names.get(node)).y);
  return {
    box: (node) => graph.node(names.get(node)).x,
    line: (edge, row) => {
      const { points } = graph.edge(names.get(edge.upper), names.get(edge.lower));
      const away = ({ y }) => Math.abs(y - heights.get(row));
      return points.reduce((a, b) => (away(b) < away(a) ? b : a)).x;
    },
  };
}

// Places everything: zones get {x, y, width, height}, edges {passes: points where they pass what stands in their way};
// returns the boxes.
function layoutBoxes(zones, edges, { width, size = NODE, frame = ZONE, lane = LANE }) {
  const lines = drawnLines(zones, edges, width, size);
  const place = new Map();
  for (const zone of zones)
    zone.rows.forEach((row, i) => row.forEach((node) => place.set(node, { zone, row: zone.line.first + i })));
  for (const edge of edges) {
    const [a, b] = [place.get(edge.from), place.get(edge.to)];
    const down = b.row - a.row;
    edge.down = down > 0;
    edge.lines = [a.zone.line, b.zone.line];
    edge.beneath = goesBeneath(a, b);
    if (down && !edge.beneath) [edge.upper, edge.lower] = down > 0 ? [edge.from, edge.to] : [edge.to, edge.from];
  }
  const wish = askDagre(zones, edges, place, size, lane);
  for (const zone of zones)
    zone.rows = zone.rows.map((row) => row.map((node) => ({ node, width: size.width, wish: wish.box(node) })));
  letPass(lines, edges, place, wish.line);
  const gaps = {
    inside: (a, b) => (a.width && b.width ? NODE.gapX : a.width || b.width ? 2.5 * lane : lane),
    outside: (a, b) => (a.width && b.width ? frame.gapX : a.width || b.width ? 4 * lane : lane),
  };
  const needed = measure(lines, size, frame, gaps);
  return arrange(lines, edges, size, frame, gaps, Math.max(width, needed));
}

// Between zones side by side, a line goes below them and what stands between them, if nothing stands below its ends.
function goesBeneath(a, b) {
  const last = ({ zone, row }) => row - zone.line.first === zone.rows.length - 1;
  return a.zone !== b.zone && a.zone.line === b.zone.line && last(a) && last(b);
}

// Adds the lines that pass to what stands in a row: those with no end in a line of zones go around its zones, those
// that have one go between the boxes of the zone they start or end in.
function letPass(lines, edges, place, wishAt) {
  for (const line of lines) line.passing = [];
  for (const edge of edges) {
    edge.passes = [];
    if (edge.upper === undefined) continue;
    const [start, end] = [place.get(edge.upper), place.get(edge.lower)];
    const pass = (list, row, rows) => {
      const thing = { width: 0, wish: wishAt(edge, row), rows };
      list.push(thing);
      edge.passes.push(thing);
    };
    for (const line of lines) {
      if (line.first + line.rows <= start.row || line.first >= end.row) continue;
      if (line !== start.zone.line && line !== end.zone.line) {
        pass(line.passing, line.first, { line });
        continue;
      }
      const zone = line === end.zone.line ? end.zone : start.zone;
      zone.rows.forEach((row, i) => {
        if (line.first + i > start.row && line.first + i < end.row) pass(row, line.first + i, { line, row: i });
      });
    }
  }
}

// How large each zone must be, and the widest line of zones.
function measure(lines, size, frame, gaps) {
  const needs = (things, gap) =>
    things.reduce((sum, thing, i) => sum + thing.width + (i ? gap(things[i - 1], thing) : 0), 0);
  for (const line of lines) {
    for (const zone of line.zones) {
      for (const row of zone.rows) row.sort((a, b) => a.wish - b.wish);
      zone.height = frame.head + 2 * frame.pad + zone.rows.length * (size.height + NODE.gapY) - NODE.gapY;
      zone.side = zone.id === INTERNET ? Math.max(frame.pad, cloudEnd(zone)) : frame.pad;
      zone.width = Math.max(frame.least, ...zone.rows.map((row) => needs(row, gaps.inside))) + 2 * zone.side;
      const wishes = zone.rows.flat().map((thing) => thing.wish);
      zone.wish = wishes.reduce((sum, wish) => sum + wish, 0) / wishes.length;
    }
    line.things = [...line.zones, ...line.passing].sort((a, b) => a.wish - b.wish);
  }
  return Math.max(...lines.map((line) => needs(line.things, gaps.outside)));
}

// dagre draws long lines straight and so wide pictures: its order is kept, and all is drawn together to the width.
function arrange(lines, edges, size, frame, gaps, width) {
  const wishes = lines.flatMap((line) => line.things.map((thing) => thing.wish));
  const [least, most] = [Math.min(...wishes), Math.max(...wishes)];
  const scale = Math.min(1, (0.8 * width) / Math.max(1, most - least));
  const toPage = (thing) => (thing.wish = width / 2 + (thing.wish - (least + most) / 2) * scale);
  const boxes = new Map();
  let y = 0;
  for (const line of lines) {
    line.things.forEach(toPage);
    settle(line.things, gaps.outside, 0, width);
    for (const zone of line.zones) {
      zone.y = y;
      for (const [i, row] of zone.rows.entries()) {
        row.forEach(toPage);
        settle(row, gaps.inside, zone.x + zone.side, zone.x + zone.width - zone.side);
        for (const { node, x } of row)
          if (node !== undefined) boxes.set(node, { x, y: rowTop(y, i, size, frame), width: size.width, height: size.height });
      }
    }
    line.top = y;
    line.bottom = y + Math.max(...line.zones.map((zone) => zone.height));
    y = line.bottom + frame.gapY;
  }
  for (const edge of edges)
    edge.passes = edge.passes.flatMap(({ x, rows: { line, row } }) => {
      const top = row === undefined ? line.top : rowTop(line.top, row, size, frame);
      const bottom = row === undefined ? line.bottom : top + size.height;
      return [
        { x, y: top - 5, line, own: row !== undefined },
        { x, y: bottom + 5, line, own: row !== undefined },
      ];
    });
  return { boxes, width, height: y - frame.gapY };
}
function rowTop(top, row, size, frame) {
  return top + frame.head + frame.pad + row * (size.height + NODE.gapY);
}

// Puts things in a row, each as near to its wish as their order and distances allow: isotonic regression by pooling
// adjacent violators. `wish` is a middle, `x` will be the left end.
function settle(things, gap, left, right) {
  const pools = [];
  let offset = 0;
  things.forEach((thing, i) => {
    if (i) offset += things[i - 1].width + gap(things[i - 1], thing);
    thing.offset = offset;
    let pool = { sum: thing.wish - thing.width / 2 - offset, count: 1 };
    while (pools.length && pools.at(-1).sum / pools.at(-1).count >= pool.sum / pool.count) {
      const before = pools.pop();
      pool = { sum: before.sum + pool.sum, count: before.count + pool.count };
    }
    pools.push(pool);
  });
  const most = right - offset - (things.at(-1)?.width ?? 0);
  const starts = pools.flatMap(({ sum, count }) => Array(count).fill(Math.max(left, Math.min(most, sum / count))));
  things.forEach((thing, i) => (thing.x = starts[i] + thing.offset));
}

// Lines leave a box where they point to, spread along its edge; those between neighbours of one row bow below it.
function routeEdges(edges, boxes) {
  const ports = new Map();
  const claim = (at, side, edge, end, towards) => {
    const key = at + " " + side;
    if (!ports.has(key)) ports.set(key, { box: boxes.get(at), side, list: [] });
    ports.get(key).list.push({ edge, end, towards });
  };
  const middle = (box) => box.x + box.width / 2;
  for (const edge of edges) {
    const [a, b] = [boxes.get(edge.from), boxes.get(edge.to)];
    if (!edge.down) edge.passes.reverse();
    const sides = edge.upper === undefined ? ["bottom", "bottom"] : edge.down ? ["bottom", "top"] : ["top", "bottom"];
    claim(edge.from, sides[0], edge, "start", edge.passes[0]?.x ?? middle(b));
    claim(edge.to, sides[1], edge, "end", edge.passes.at(-1)?.x ?? middle(a));
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
  const curve = libraries.line((p) => p.x, (p) => p.y).curve(libraries.curveBumpY).digits(1);
  for (const edge of edges) {
    const { start, end, passes } = edge;
    if (edge.beneath) {
      routeBeneath(edge);
      continue;
    }
    if (edge.upper === undefined) {
      const depth = Math.min(NODE.gapY - 8, 12 + Math.abs(end.x - start.x) / 40);
      const path = libraries.path(1);
      path.moveTo(start.x, start.y);
      path.bezierCurveTo(start.x, start.y + depth, end.x, end.y + depth, end.x, end.y);
      edge.path = path.toString();
      edge.middle = { x: (start.x + end.x) / 2, y: start.y + depth * 0.75 };
      continue;
    }
    const { points, around } = wayOut(edge);
    edge.path = curve(points);
    // on the way past a zone if there is one: there lines run side by side
    const half = around.length ? points.indexOf(around[2 * Math.floor((around.length / 2 - 1) / 2)]) : points.length / 2 - 1;
    edge.middle = { x: (points[half].x + points[half + 1].x) / 2, y: (points[half].y + points[half + 1].y) / 2 };
  }
  return edges;
}

// Out of a zone and into the next one straight, aside only between them: so no line runs over a zone beside its own.
function wayOut({ start, end, passes, lines: [from, to], down }) {
  if (from === to) return { points: [start, ...passes, end], around: [] };
  const [out, home] = [from, to].map((line) => passes.filter((p) => p.own && p.line === line));
  const around = passes.filter((p) => !p.own);
  const leave = { x: (out.at(-1) || start).x, y: down ? from.bottom + 5 : from.top - 5 };
  const enter = { x: (home[0] || end).x, y: down ? to.top - 5 : to.bottom + 5 };
  return { points: [start, ...out, leave, ...around, enter, ...home, end], around };
}

function routeBeneath(edge) {
  const { start, end } = edge;
  const bottom = edge.lines[0].bottom + 3;
  const depth = Math.min(MARGIN, 12 + Math.abs(end.x - start.x) / 30);
  const path = libraries.path(1);
  path.moveTo(start.x, start.y);
  path.lineTo(start.x, bottom);
  path.bezierCurveTo(start.x, bottom + depth, end.x, bottom + depth, end.x, bottom);
  path.lineTo(end.x, end.y);
  edge.path = path.toString();
  edge.middle = { x: (start.x + end.x) / 2, y: bottom + depth * 0.75 };
}
