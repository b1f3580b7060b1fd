// The data of the page, with its relations: assets know their addresses, links and findings.

function readModel(text) {
  const raw = JSON.parse(text);
  const result = { meta: raw.meta, rules: raw.rules };
  for (const [name, table] of Object.entries(raw)) {
    if (!table.rows) continue;
    const columns = table.columns;
    result[name] = table.rows.map((row) => {
      const object = {};
      for (let i = 0; i < columns.length; ++i) object[columns[i]] = row[i];
      return object;
    });
  }
  return result;
}

const SEVERITIES = ["critical", "high", "medium", "low", "info"];

// Microseconds in which at least one capture ran; captures of different days leave gaps.
function coveredTime(captures) {
  const spans = captures.filter((c) => c.first !== null).sort((a, b) => a.first - b.first);
  let total = 0;
  let end = -Infinity;
  for (const { first, last } of spans) {
    if (last <= end) continue;
    total += last - Math.max(first, end);
    end = last;
  }
  return total;
}

function relate(m) {
  m.assetById = new Map(m.assets.map((asset, i) => [asset.id, i]));
  m.zoneById = new Map(m.zones.map((zone) => [zone.id, zone]));
  m.assets.forEach((asset, i) => {
    Object.assign(asset, { index: i, addresses: [], attributes: [], services: [], findings: [] });
  });
  for (const row of m.addresses) if (row.asset !== null) m.assets[row.asset].addresses.push(row);
  for (const row of m.attributes) if (row.asset !== null) m.assets[row.asset].attributes.push(row);
  for (const row of m.services) if (row.asset !== null) m.assets[row.asset].services.push(row);
  m.links = m.links.filter((link) => link.client !== null && link.server !== null);

  const findingById = new Map(m.findings.map((finding) => [finding.id, finding]));
  for (const finding of m.findings) Object.assign(finding, { assets: [], packets: [] });
  for (const row of m.finding_assets) {
    const finding = findingById.get(row.finding);
    if (finding && row.asset !== null) finding.assets.push(row.asset);
  }
  for (const row of m.finding_packets) findingById.get(row.finding)?.packets.push(row);
  m.badPairs = new Set(); // "a b": two assets that an open finding speaks of together
  for (const finding of m.findings) {
    finding.subjectAsset = m.assetById.get(finding.subject);
    finding.peerAsset = m.assetById.get(finding.peer);
    for (const i of new Set([...finding.assets, finding.subjectAsset, finding.peerAsset])) {
      if (i !== undefined && !finding.accepted) m.assets[i].findings.push(finding);
    }
    if (finding.accepted || finding.subjectAsset === undefined) continue;
    for (const other of [finding.peerAsset, ...finding.assets]) {
      if (other === undefined || other === finding.subjectAsset) continue;
      m.badPairs.add(finding.subjectAsset + " " + other);
      m.badPairs.add(other + " " + finding.subjectAsset);
    }
  }
  m.risk = m.risk.filter((row) => findingById.has(row.finding));
  for (const row of m.risk) {
    row.of = findingById.get(row.finding);
    row.of.risk = row;
  }
  m.reachByAsset = new Map(m.reach.map((row) => [row.asset, row]));
  m.open = m.findings.filter((finding) => !finding.accepted);
  // to act on first: by risk, and where it is the same in the order of findings
  m.urgent = m.open
    .map((finding, i) => [finding.risk?.score ?? -1, i, finding])
    .sort((a, b) => b[0] - a[0] || a[1] - b[1])
    .map(([, , finding]) => finding);
  m.first = Math.min(...m.captures.filter((c) => c.first !== null).map((c) => c.first));
  m.last = Math.max(...m.captures.filter((c) => c.last !== null).map((c) => c.last));
  m.covered = coveredTime(m.captures);
  m.packets = m.captures.reduce((sum, c) => sum + c.packets, 0);
  m.bytes = m.captures.reduce((sum, c) => sum + c.bytes, 0);
  m.totals = m.meta.totals; // null: the page shows all assets and links
  // links with the world outside: those that nobody has declared, and those that the policy allows
  const outside = m.links.filter((link) => [link.client, link.server].some((i) => m.assets[i].scope === "internet"));
  m.outside = outside.filter((link) => !link.declared);
  m.declaredOutside = outside.filter((link) => link.declared);
  return m;
}

// A number over all of the inventory: counted where the page shows all of it, told where it does not.
function total(name, count) {
  return model.totals ? model.totals[name] : count();
}
function countLinks(test) {
  return model.links.filter(test).length;
}
// What a section says of devices or links that the page leaves out; nothing if it shows all.
function leftOutNote(kind, file) {
  if (!model.totals || model.totals[kind] === model[kind].length) return null;
  return el("p", { class: "quiet" }, t("left_out_" + kind, number(model[kind].length), number(model.totals[kind]), file));
}
function succeeded(link) {
  return link.state === "established" || (link.state === "datagram" && link.packets_back > 0 && link.packets_out > 0);
}
function isDevice(asset) {
  return asset.scope === "local" || asset.scope === "remote";
}
function mainAddress(asset) {
  const order = ["ipv4", "ipv6", "mac"];
  const sorted = [...asset.addresses].sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
  return sorted.length ? sorted[0].value : asset.id;
}
// The program's own names of inferred zones are English.
function zoneName(zone) {
  if (zone.id === "inferred-" + zone.kind) return t("zone_inferred_name", word("zone_kind", zone.kind));
  return zone.name || zone.id;
}
function zoneLabel(zoneId) {
  const zone = model.zoneById.get(zoneId);
  return zone ? zoneName(zone) : zoneId || "";
}
function familyLabel(family) {
  return word("family", family);
}

// A device as a link to its row in the asset table.
function assetLink(index) {
  if (index === null || index === undefined) return el("span", { class: "muted" }, t("unknown"));
  const asset = model.assets[index];
  const address = mainAddress(asset);
  return el(
    "span",
    { class: "asset" },
    anchorLink("asset-" + asset.id, data(asset.name)),
    address !== asset.name && el("span", { class: "address" }, " ", addressText(address)),
  );
}

// The packet that proves a statement: "#12", with the capture's mark where there are several.
function captureMark(index) {
  return "C" + (index + 1);
}
function cite(packet) {
  if (!packet || packet[0] === null) return "";
  const mark = model.captures.length > 1 ? captureMark(packet[0]) + " " : "";
  return el(
    "span",
    { class: "cite", title: model.captures[packet[0]].source + " #" + packet[1] },
    mark + "#" + packet[1],
  );
}
function citeFully(packet) {
  return packet && packet[0] !== null ? [data(model.captures[packet[0]].source), " #" + packet[1]] : "";
}
function addressText(value) {
  return data(value, { class: value.length <= 20 ? "nowrap" : null });
}
function pairText(pair) {
  return pair ? pair[language] || pair.en || pair.ja || "" : "";
}
function findingTitle(finding) {
  return finding["title_" + language] || finding.title_en || finding.rule;
}
function findingDetail(finding) {
  return finding["detail_" + language] || finding.detail_en;
}
function badge(severity) {
  return el("span", { class: "badge " + severity }, SEVERITIES.includes(severity) ? t(severity) : severity);
}
