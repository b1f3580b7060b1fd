// Links, OT operations, credentials, name lookups and TLS.

function protocolText(link) {
  const port =
    link.transport === "tcp" || link.transport === "udp"
      ? link.transport + "/" + link.port
      : link.transport === "ethernet"
        ? "0x" + link.port.toString(16).padStart(4, "0")
        : link.transport === "ip"
          ? "ip/" + link.port
          : link.transport;
  return [link.protocol ? [data(protocolName(link.protocol), { class: "strong" }), " "] : null, el("span", { class: "muted" }, port)];
}
function endText(index, address) {
  return model.assets[index].name + " " + address;
}
function endCell(index, address) {
  const asset = model.assets[index];
  return [
    // groups have no row in the table of assets
    asset.scope === "multicast" || asset.scope === "broadcast"
      ? addressText(asset.name)
      : anchorLink("asset-" + asset.id, addressText(asset.name)),
    address !== asset.name && el("span", { class: "address-line" }, addressText(address)),
  ];
}
// The asset and its address, of a row that belongs to a link. Where the link's server asked, it is the client here.
function endOf(row, end) {
  const link = model.links[row.link];
  if (row.asked_by_server || row.sent_by_server) end = end === "client" ? "server" : "client";
  return [link[end], link[end + "_address"]];
}
// client and server columns of a table whose rows belong to links
function endColumns() {
  return ["client", "server"].map((end) => ({
    key: end,
    label: t(end),
    text: (row) => (row.link === null ? "" : endText(...endOf(row, end))),
    cell: (row) => (row.link === null ? "" : endCell(...endOf(row, end))),
  }));
}
// messages of an operation, of the side that asked and of the other
const requestsOf = (o) => (o.asked_by_server ? o.from_server : o.from_client);
// DNP3 has one code for all responses (129, IEEE 1815 §4.2.4), so its requests have their answers by outcome alone.
const answersOf = (o) =>
  o.protocol === "dnp3" && o.code < 129 ? o.accepted + o.refused : o.asked_by_server ? o.from_client : o.from_server;

function linksSection() {
  const isOutside = new Set(model.outside);
  const rank = new Map(model.links.map((l, i) => [l, [isOutside.has(l) ? (succeeded(l) ? 0 : 1) : 2, l.first, i]]));
  const rows = [...model.links].sort(
    (a, b) => rank.get(a)[0] - rank.get(b)[0] || rank.get(a)[1] - rank.get(b)[1] || rank.get(a)[2] - rank.get(b)[2],
  );
  return el(
    "section",
    { id: "links" },
    el("h2", null, t("nav_links")),
    el("p", { class: "lead" }, t("links_lead")),
    leftOutNote("links", "links.csv"),
    dataTable({
      id: "links",
      label: t("nav_links"),
      rows,
      file: "links.csv",
      chosen: presetLinks,
      columns: [
        {
          key: "client",
          label: t("client"),
          text: (l) => endText(l.client, l.client_address),
          cell: (l) => endCell(l.client, l.client_address),
        },
        {
          key: "server",
          label: t("server"),
          text: (l) => endText(l.server, l.server_address),
          cell: (l) => endCell(l.server, l.server_address),
        },
        {
          key: "protocol",
          label: t("protocol"),
          text: (l) => [protocolName(l.protocol), l.protocol, l.transport + "/" + l.port].join(" "),
          cell: protocolText,
        },
        {
          key: "state",
          label: t("state"),
          text: (l) => word("state", l.state) + (l.client_known ? "" : " " + t("began_unseen")),
          cell: (l) => [
            word("state", l.state),
            isOutside.has(l) && el("span", { class: "mark" }, t("outcome_state")),
            !l.client_known && el("span", { class: "address-line muted" }, t("began_unseen")),
          ],
        },
        { key: "vlan", label: t("vlan"), text: (l) => l.vlan ?? "" },
        {
          key: "out",
          label: t("out"),
          numeric: true,
          text: () => "",
          sort: (l) => l.bytes_out,
          cell: (l) => volume(l.packets_out, l.bytes_out),
        },
        {
          key: "back",
          label: t("back"),
          numeric: true,
          text: () => "",
          sort: (l) => l.bytes_back,
          cell: (l) => volume(l.packets_back, l.bytes_back),
        },
        {
          key: "first",
          label: t("first"),
          text: (l) => clock(l.first),
          sort: (l) => l.first,
          cell: (l) => el("span", { class: "nowrap" }, clock(l.first)),
        },
        {
          key: "packet",
          label: t("evidence_short"),
          text: (l) => (l.packet ? "#" + l.packet[1] : ""),
          cell: (l) => cite(l.packet),
        },
      ],
      filters: [
        {
          key: "domain",
          label: t("domain"),
          value: (l) => l.domain || "\u0000",
          name: (v) => word("domain", v === "\u0000" ? "" : v),
        },
        { key: "state", label: t("state"), value: (l) => l.state, name: (v) => word("state", v) },
        { key: "protocol", label: t("protocol"), value: (l) => l.protocol, name: protocolName },
        { key: "from", label: t("zone_from"), value: (l) => zoneKey(model.assets[l.client]), name: zoneKeyName },
        { key: "to", label: t("zone_to"), value: (l) => zoneKey(model.assets[l.server]), name: zoneKeyName },
      ],
    }),
  );
}
function volume(packets, octets) {
  return [
    el("span", { class: "nowrap" }, bytes(octets)),
    el("span", { class: "address-line muted" }, number(packets) + " pkt"),
  ];
}

// What changes the process comes before what only looks at it.
const CLASS_ORDER = [
  "program",
  "mode",
  "control",
  "write",
  "parameter",
  "file",
  "time",
  "auth",
  "diagnostic",
  "identify",
  "session",
  "report",
  "read",
  "other",
];

function operationsSection() {
  // DNP3 rows with a qualifier repeat the message's row for each object in it
  const rows = model.operations.filter((o) => o.link !== null && (o.protocol !== "dnp3" || o.qualifier === null));
  const unit = (o) => [o.unit, o.peer_unit].filter((v) => v !== null).join(" ← ");
  return el(
    "section",
    { id: "operations" },
    el("h2", null, t("nav_operations")),
    el("p", { class: "lead" }, t("operations_lead")),
    dataTable({
      id: "operations",
      label: t("nav_operations"),
      rows,
      file: "inventory.json",
      sort: "class",
      columns: [
        ...endColumns(),
        {
          key: "class",
          label: t("class"),
          text: (o) => word("class", o.class),
          sort: (o) => CLASS_ORDER.indexOf(o.class),
          cell: (o) =>
            el("span", { class: CLASS_ORDER.indexOf(o.class) < 5 ? "mark" : "mark plain" }, word("class", o.class)),
        },
        {
          key: "function",
          label: t("function"),
          text: (o) => [o.function, protocolName(o.protocol), o.protocol].join(" "),
          cell: (o) => [
            data(o.function),
            el(
              "span",
              { class: "address-line muted" },
              data(protocolName(o.protocol)),
              " ",
              String(o.code),
              o.protocol === "iec104" && o.qualifier !== null && " · COT " + o.qualifier,
            ),
          ],
        },
        { key: "unit", label: t("unit"), text: unit },
        {
          key: "requests",
          label: t("requests"),
          numeric: true,
          text: (o) => String(requestsOf(o)),
          sort: requestsOf,
          cell: (o) => number(requestsOf(o)),
        },
        {
          key: "answers",
          label: t("answers"),
          numeric: true,
          text: (o) => String(answersOf(o)),
          sort: answersOf,
          cell: (o) => number(answersOf(o)),
        },
        {
          key: "refused",
          label: t("refused"),
          numeric: true,
          text: (o) => String(o.refused),
          sort: (o) => o.refused,
          cell: (o) => el("span", { class: o.refused ? "strong" : "muted" }, number(o.refused)),
        },
        {
          key: "unanswered",
          label: t("unanswered"),
          numeric: true,
          text: (o) => String(o.unanswered),
          sort: (o) => o.unanswered,
          cell: (o) => el("span", { class: o.unanswered ? "" : "muted" }, number(o.unanswered)),
        },
        {
          key: "packet",
          label: t("evidence_short"),
          text: (o) => (o.packet ? "#" + o.packet[1] : ""),
          cell: (o) => cite(o.packet),
        },
      ],
      filters: [
        { key: "class", label: t("class"), value: (o) => o.class, name: (v) => word("class", v), order: CLASS_ORDER },
        { key: "protocol", label: t("protocol"), value: (o) => o.protocol, name: protocolName },
      ],
    }),
  );
}

const RECORD_TYPES = {
  1: "A",
  2: "NS",
  5: "CNAME",
  6: "SOA",
  12: "PTR",
  15: "MX",
  16: "TXT",
  28: "AAAA",
  32: "NB",
  33: "SRV",
  65: "HTTPS",
  255: "ANY",
};
const TLS_VERSIONS = { 2: "SSL 2.0", 768: "SSL 3.0", 769: "TLS 1.0", 770: "TLS 1.1", 771: "TLS 1.2", 772: "TLS 1.3" };
function tlsVersion(session) {
  if (session.version !== null) return TLS_VERSIONS[session.version] || "0x" + session.version.toString(16);
  return session.offered !== null ? "≤ " + (TLS_VERSIONS[session.offered] || "0x" + session.offered.toString(16)) : "";
}

function identitySection() {
  const packet = {
    key: "packet",
    label: t("evidence_short"),
    text: (r) => (r.packet ? "#" + r.packet[1] : ""),
    cell: (r) => cite(r.packet),
  };
  const count = {
    key: "count",
    label: t("count"),
    numeric: true,
    text: (r) => String(r.count),
    sort: (r) => r.count,
    cell: (r) => number(r.count),
  };
  const part = (title, lead, table) => [
    el("h3", null, title),
    lead && el("p", { class: "lead" }, lead),
    dataTable({ file: "inventory.json", plain: true, label: title, ...table }),
  ];
  return el(
    "section",
    { id: "identity" },
    el("h2", null, t("nav_identity")),
    part(t("credentials"), t("credentials_lead"), {
      id: "credentials",
      rows: model.credentials,
      columns: [
        ...endColumns(),
        { key: "scheme", label: t("scheme"), text: (c) => c.scheme },
        { key: "username", label: t("username"), text: (c) => c.username, cell: (c) => data(c.username) },
        { key: "secret", label: t("secret"), text: (c) => (c.is_empty ? t("empty_secret") : c.mask) },
        { key: "outcome", label: t("outcome"), text: (c) => word("outcome", c.outcome) },
        count,
        packet,
      ],
    }),
    part(t("open_access"), null, {
      id: "open_access",
      rows: model.open_access,
      columns: [...endColumns(), { key: "scheme", label: t("scheme"), text: (o) => o.scheme }, count, packet],
    }),
    part(t("lookups"), null, {
      id: "lookups",
      rows: model.lookups,
      columns: [
        {
          key: "name",
          label: t("name_asked"),
          wide: true,
          text: (l) => l.name,
          cell: (l) => [data(l.name), el("span", { class: "muted" }, " " + (RECORD_TYPES[l.type] || l.type))],
        },
        { key: "public", label: t("public_name"), text: (l) => t(l.is_public ? "yes" : "no") },
        ...endColumns(),
        {
          key: "asked",
          label: t("asked"),
          numeric: true,
          text: (l) => String(l.asked),
          sort: (l) => l.asked,
          cell: (l) => number(l.asked),
        },
        {
          key: "answered",
          label: t("answered"),
          numeric: true,
          text: (l) => String(l.answered),
          sort: (l) => l.answered,
          cell: (l) => number(l.answered),
        },
        {
          key: "failed",
          label: t("no_such_name") + " / " + t("failed"),
          numeric: true,
          text: (l) => l.no_such_name + " / " + l.failed,
          sort: (l) => l.no_such_name + l.failed,
        },
        {
          key: "addresses",
          label: t("addresses"),
          text: (l) => l.addresses.join(" "),
          cell: (l) => data(l.addresses.slice(0, 4).join(" ") + (l.addresses.length > 4 ? " …" : "")),
        },
        packet,
      ],
    }),
    part(t("tls"), null, {
      id: "tls",
      rows: model.tls,
      columns: [
        ...endColumns(),
        {
          key: "server_name",
          label: t("server_name"),
          text: (s) => s.server_name,
          cell: (s) => [data(s.server_name), s.relayed && el("span", { class: "mark" }, t("relayed"))],
        },
        { key: "version", label: t("version"), text: tlsVersion },
        {
          key: "certificate",
          label: t("certificate"),
          wide: true,
          text: (s) => s.subject + " " + s.issuer,
          cell: (s) => [
            data(s.subject),
            s.self_signed
              ? el("span", { class: "mark" }, t("self_signed"))
              : s.issuer && el("span", { class: "address-line muted" }, data(s.issuer)),
          ],
        },
        {
          key: "not_after",
          label: t("not_after"),
          text: (s) => clock(s.not_after).slice(0, 10),
          sort: (s) => s.not_after,
        },
        count,
        packet,
      ],
    }),
    part(t("gateways"), null, {
      id: "gateways",
      rows: model.gateways,
      columns: [
        {
          key: "address",
          label: t("address"),
          text: (g) => g.address,
          cell: (g) => (g.asset === null ? data(g.address) : endCell(g.asset, g.address)),
        },
        { key: "kind", label: t("kind"), text: (g) => word("gateway", g.kind) },
        { key: "detail", label: t("detail"), text: (g) => word("gateway_detail", g.detail), cell: (g) => data(word("gateway_detail", g.detail)) },
        {
          key: "by",
          label: t("announced_by"),
          text: (g) => (g.announced_by === null ? "" : model.assets[g.announced_by].name),
          cell: (g) => (g.announced_by === null ? "" : assetLink(g.announced_by)),
        },
        { key: "vlan", label: t("vlan"), text: (g) => g.vlan ?? "" },
        count,
        packet,
      ],
    }),
  );
}
