// Who talked with the outside: one row for each address of the internet, with the devices of the site behind it.

function externalContacts() {
  const contacts = new Map();
  for (const link of model.links) {
    const ends = [model.assets[link.client], model.assets[link.server]];
    const outside = ends.findIndex((a) => a.scope === "internet");
    if (outside < 0) continue;
    const peer = ends[outside];
    if (!contacts.has(peer.index))
      contacts.set(peer.index, {
        peer,
        inside: new Set(),
        protocols: new Set(),
        inbound: false,
        outbound: false,
        links: 0,
        declared: 0,
        succeeded: 0,
        out: 0,
        back: 0,
        first: Infinity,
        last: -Infinity,
        packet: null,
      });
    const c = contacts.get(peer.index);
    c.inside.add(ends[1 - outside].index);
    c.protocols.add(link.protocol ? protocolName(link.protocol) : link.transport + "/" + link.port);
    // who asked only as ports or addresses have it, shows no direction
    if (link.client_known) c[outside === 0 ? "inbound" : "outbound"] = true;
    c.links += 1;
    c.declared += link.declared ? 1 : 0;
    c.succeeded += succeeded(link) ? 1 : 0;
    c.out += outside === 0 ? link.bytes_back : link.bytes_out;
    c.back += outside === 0 ? link.bytes_out : link.bytes_back;
    if (link.first < c.first) Object.assign(c, { first: link.first, packet: link.packet });
    c.last = Math.max(c.last, link.last);
  }
  const names = serverNames();
  for (const c of contacts.values()) c.names = names.get(c.peer.index) || [];
  return [...contacts.values()].sort(
    (a, b) => b.succeeded - a.succeeded || b.out + b.back - a.out - a.back || a.peer.index - b.peer.index,
  );
}

// Names by which outside addresses were asked for: in name lookups, and in TLS.
function serverNames() {
  const byAddress = new Map();
  for (const lookup of model.lookups)
    for (const address of lookup.addresses) {
      if (!byAddress.has(address)) byAddress.set(address, new Set());
      byAddress.get(address).add(lookup.name);
    }
  const found = new Map();
  for (const asset of model.assets) {
    if (asset.scope !== "internet") continue;
    const names = new Set(asset.addresses.flatMap((a) => [...(byAddress.get(a.value) || [])]));
    found.set(asset.index, names);
  }
  for (const session of model.tls) {
    if (session.link === null || !session.server_name) continue;
    found.get(model.links[session.link]?.server)?.add(session.server_name);
  }
  return new Map([...found].map(([index, set]) => [index, [...set].sort()]));
}

function externalSection() {
  const contacts = externalContacts();
  const way = (c) => (c.inbound && c.outbound ? "both_ways" : c.inbound ? "inbound" : c.outbound ? "outbound" : "began_unseen");
  const direction = (c) => t(way(c));
  const declared = (c) => (c.declared === c.links ? "declared_yes" : c.declared ? "declared_partly" : "declared_no");
  const list = (indices) => [...indices].sort((a, b) => compare(model.assets[a].name, model.assets[b].name));
  return el(
    "section",
    { id: "external" },
    el("h2", null, t("nav_external")),
    lead(t("external_lead"), t("external_how")),
    dataTable({
      id: "external",
      label: t("nav_external"),
      rows: contacts,
      file: "links.csv",
      rowId: (c) => "contact-" + c.peer.id,
      details: (c) =>
        [
          el("p", { class: "muted" }, t("seen") + ": " + clock(c.first) + " – " + clock(c.last)),
          c.names.length > 2 && [
            el("h4", null, t("names_asked_for")),
            el("ul", { class: "plain" }, c.names.map((n) => el("li", null, data(n)))),
            el("h4", null, t("inside_devices")),
          ],
          el(
            "ul",
            { class: "plain" },
            list(c.inside).map((i) => el("li", null, assetLink(i))),
          ),
        ],
      columns: [
        {
          key: "peer",
          label: t("outside_address"),
          text: (c) => mainAddress(c.peer) + " " + c.names.join(" "),
          cell: (c) => [
            addressText(mainAddress(c.peer)),
            c.names.slice(0, 2).map((n) => el("span", { class: "address-line muted" }, data(n))),
            c.names.length > 2 && el("span", { class: "muted" }, "+" + (c.names.length - 2)),
          ],
        },
        {
          key: "declared",
          label: t("declared"),
          text: (c) => t(declared(c)),
          cell: (c) => el("span", { class: declared(c) === "declared_yes" ? "mark plain" : "mark" }, t(declared(c))),
        },
        { key: "direction", label: t("direction"), text: direction, cell: (c) => el("span", { class: "nowrap" }, direction(c)) },
        {
          key: "inside",
          label: t("inside_devices"),
          text: (c) => list(c.inside).map((i) => model.assets[i].name).join(" "),
          sort: (c) => c.inside.size,
          cell: (c) => [
            list(c.inside)
              .slice(0, 3)
              .map((i) => el("span", { class: "address-line" }, anchorLink("asset-" + model.assets[i].id, data(model.assets[i].name)))),
            c.inside.size > 3 && el("span", { class: "muted" }, "+" + (c.inside.size - 3)),
          ],
        },
        {
          key: "protocols",
          label: t("protocol"),
          text: (c) => [...c.protocols].sort().join(" "),
          cell: (c) => data([...c.protocols].sort().slice(0, 5).join(" · ") + (c.protocols.size > 5 ? " …" : "")),
        },
        {
          key: "state",
          label: t("state"),
          text: (c) => t(c.succeeded ? "outside_succeeded" : "outside_tried"),
          cell: (c) => el("span", { class: c.succeeded ? "mark" : "mark plain" }, t(c.succeeded ? "outside_succeeded" : "outside_tried")),
        },
        { key: "sent", label: t("sent_out"), numeric: true, text: (c) => bytes(c.out), sort: (c) => c.out },
        { key: "received", label: t("received"), numeric: true, text: (c) => bytes(c.back), sort: (c) => c.back },
        { key: "packet", label: t("evidence_short"), text: (c) => (c.packet ? "#" + c.packet[1] : ""), cell: (c) => cite(c.packet) },
      ],
      filters: [
        { key: "declared", label: t("declared"), value: declared, name: t },
        {
          key: "state",
          label: t("state"),
          value: (c) => String(c.succeeded > 0),
          name: (v) => t(v === "true" ? "outside_succeeded" : "outside_tried"),
        },
        { key: "direction", label: t("direction"), value: way, name: t },
      ],
    }),
  );
}
