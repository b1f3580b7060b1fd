// The asset table, and behind each row what is claimed about the device and why.

function assetsSection() {
  const rows = model.assets.filter((a) => a.scope !== "multicast" && a.scope !== "broadcast");
  const table = dataTable({
    id: "assets",
    label: t("nav_assets"),
    rows,
    file: "assets.csv",
    rowId: (a) => "asset-" + a.id,
    details: assetDetails,
    chosen: presetAssets,
    sort: "findings",
    descending: true,
    columns: [
      {
        key: "name",
        label: t("name"),
        text: (a) => a.name + " " + a.id,
        sort: (a) => a.name,
        cell: (a) => data(a.name, { class: a.name.length <= 15 ? "strong nowrap" : "strong" }),
      },
      { key: "role", label: t("role"), text: (a) => (a.role || isDevice(a) ? word("role", a.role) : "") },
      {
        key: "zone",
        label: t("zone"),
        text: zoneText,
        cell: (a) => el("span", { class: zoneText(a).length <= 14 ? "nowrap" : null }, data(zoneText(a))),
      },
      { key: "vendor", label: t("vendor"), text: (a) => a.vendor, cell: (a) => data(a.vendor) },
      {
        key: "product",
        label: t("product"),
        text: (a) => [a.product, a.firmware].filter(Boolean).join(" "),
        cell: (a) => [data(a.product), a.firmware && el("span", { class: "muted" }, " ", data(a.firmware))],
      },
      {
        key: "addresses",
        label: t("addresses"),
        wide: true,
        text: (a) => a.addresses.map((x) => x.value).join(" "),
        sort: mainAddress,
        cell: addressSummary,
      },
      {
        key: "traits",
        label: t("traits"),
        text: (a) =>
          [a.is_ot && "OT", a.is_it && "IT", a.is_router && word("role", "router")].filter(Boolean).join(" · "),
      },
      {
        key: "findings",
        label: t("findings_short"),
        numeric: true,
        text: (a) => String(a.findings.length),
        sort: worstOf,
        cell: findingCount,
      },
    ],
    filters: [
      {
        key: "role",
        label: t("role"),
        value: (a) => a.role || "\u0000",
        name: (v) => word("role", v === "\u0000" ? "" : v),
      },
      { key: "zone", label: t("zone"), value: zoneKey, name: zoneKeyName },
      { key: "scope", label: t("scope"), value: (a) => a.scope, name: (v) => word("scope", v) },
    ],
  });
  revealers.set("asset-", (id) => table.reveal(id));
  return el(
    "section",
    { id: "assets" },
    el("h2", null, t("nav_assets")),
    lead(t("assets_lead"), t("assets_how")),
    leftOutNote("assets", "assets.csv"),
    table,
  );
}

function zoneText(asset) {
  return zoneLabel(asset.zone) || (asset.scope === "local" ? "" : word("scope", asset.scope));
}

function addressSummary(asset) {
  const values = [...new Set(asset.addresses.map((a) => a.value))];
  const shown = values.slice(0, 4).map((v) => el("span", { class: "address-line" }, addressText(v)));
  return values.length > 4 ? [shown, el("span", { class: "muted" }, "+" + (values.length - 4))] : shown;
}

// The severity of its worst finding counts before their number.
function worstOf(asset) {
  const rank = Math.max(0, ...asset.findings.map((f) => SEVERITIES.length - SEVERITIES.indexOf(f.severity)));
  return rank * 1e6 + asset.findings.length;
}

function findingCount(asset) {
  if (!asset.findings.length) return el("span", { class: "muted" }, "0");
  const worst = SEVERITIES.find((s) => asset.findings.some((f) => f.severity === s));
  return el("span", { class: "counted" }, worst && badge(worst), " ", number(asset.findings.length));
}

// Whom a finding names beside the device, so that findings of one title can be told apart.
function otherParties(finding, index) {
  const others = new Set([finding.subjectAsset, finding.peerAsset, ...finding.assets].filter((i) => i !== undefined && i !== index));
  const named = [...others].slice(0, 3).map((i, n) => [n > 0 && t("list_comma"), data(model.assets[i].name)]);
  return others.size ? [named, others.size > 3 && " +" + (others.size - 3)] : "#" + finding.id.slice(0, 8);
}

function assetDetails(asset) {
  const facts = [
    [t("asset_id"), code(asset.id)],
    [t("scope"), word("scope", asset.scope)],
    asset.role_reason && [t("role_why"), data(word("role_reason", asset.role_reason))],
    asset.level !== null && [t("level"), String(asset.level)],
    asset.serial && [t("serial"), data(asset.serial)],
    asset.os && [t("os"), data(asset.os)],
    [t("first"), [clock(asset.first), " ", cite(asset.packet)]],
    [t("last"), clock(asset.last)],
  ].filter(Boolean);
  const parts = [
    el(
      "dl",
      { class: "parties" },
      facts.map(([name, value]) => el("div", null, el("dt", null, name), el("dd", null, value))),
    ),
  ];
  if (asset.findings.length) {
    parts.push(
      el("h4", null, t("nav_findings")),
      el(
        "ul",
        { class: "plain" },
        asset.findings
          .slice(0, 20)
          .map((f) =>
            el(
              "li",
              null,
              badge(f.severity),
              " ",
              anchorLink("finding-" + f.id, findingTitle(f)),
              el("span", { class: "muted" }, " ", otherParties(f, asset.index)),
            ),
          ),
      ),
    );
  }
  parts.push(
    el("h4", null, t("addresses")),
    simpleTable(
      [t("kind"), t("value"), t("vlan"), t("bound_by"), t("evidence_short")],
      asset.addresses
        .slice(0, 100)
        .map((a) => [
          word("address_kind", a.kind),
          [
            data(a.value),
            a.is_squatted
              ? el("span", { class: "mark" }, t("squatted"))
              : a.is_public
                ? el("span", { class: "mark plain" }, t("public_number"))
                : null,
          ],
          a.vlan ?? "",
          word("bound_by", a.bound_by),
          cite(a.packet),
        ]),
    ),
  );
  parts.push(
    el("h4", null, t("attributes")),
    asset.attributes.length
      ? simpleTable(
          [t("attribute"), t("value"), t("method"), t("confidence_short"), t("count"), t("evidence_short")],
          asset.attributes
            .slice(0, 100)
            .map((a) => [
              word("attribute", a.name),
              data(a.value),
              data(methodText(a.method)),
              a.confidence + "%",
              number(a.count),
              cite(a.packet),
            ]),
        )
      : el("p", { class: "muted" }, t("no_attributes")),
  );
  parts.push(
    el("h4", null, t("services")),
    asset.services.length
      ? simpleTable(
          [t("port"), t("protocol"), t("product"), t("clients"), t("evidence_short")],
          asset.services
            .slice(0, 100)
            .map((s) => [
              s.transport + "/" + s.port,
              data(s.protocol ? protocolName(s.protocol) : t("unknown")),
              data([s.product, s.version].filter(Boolean).join(" ")),
              number(s.clients),
              cite(s.packet),
            ]),
        )
      : el("p", { class: "muted" }, t("no_services")),
  );
  return parts;
}
