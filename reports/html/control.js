// Control actions one by one: who commanded what, on which point, and whether it was accepted.

const OUTCOME_ORDER = ["accepted", "refused", "unanswered", ""];

function pointText(a) {
  if (a.point === null) return a.point_kind;
  const numbers = a.points > 1 ? a.point + "–" + (a.point + a.points - 1) : String(a.point);
  return (a.point_kind ? a.point_kind + " " : "") + numbers;
}

// Who changes what: each pair of devices with a count of what was sent to change the process or the controller.
const CONTROLLING = ["program", "mode", "control", "write", "parameter", "file", "time"];

function whoControls() {
  const pairs = new Map();
  for (const o of model.operations) {
    if (o.link === null || !CONTROLLING.includes(o.class) || (o.protocol === "dnp3" && o.qualifier !== null)) continue;
    if (o.protocol === "ntp") continue; // who asks sets its own clock
    const link = model.links[o.link];
    // IEC 104: activations and deactivations; confirmations are of the same type (IEC 60870-5-101, 7.2.3)
    const fromServer = o.asked_by_server || (o.protocol === "iec104" && o.from_client === 0 && o.from_server > 0);
    if (o.protocol === "iec104" ? o.qualifier !== 6 && o.qualifier !== 8 : requestsOf(o) === 0) continue;
    const [who, whom] = fromServer ? [link.server, link.client] : [link.client, link.server];
    const key = who + " " + whom;
    if (!pairs.has(key))
      pairs.set(key, { who, whom, classes: new Map(), protocols: new Set(), refused: 0, total: 0, first: o.first, packet: o.packet });
    const pair = pairs.get(key);
    const n = fromServer ? o.from_server : o.from_client;
    pair.classes.set(o.class, (pair.classes.get(o.class) || 0) + n);
    pair.protocols.add(o.protocol);
    pair.refused += o.refused;
    pair.total += n;
    if (o.first < pair.first) Object.assign(pair, { first: o.first, packet: o.packet });
  }
  const worst = (p) => Math.min(...[...p.classes.keys()].map((c) => CONTROLLING.indexOf(c)));
  const masters = new Map();
  for (const p of pairs.values()) masters.set(p.whom, (masters.get(p.whom) || 0) + 1);
  const rows = [...pairs.values()].sort((a, b) => worst(a) - worst(b) || b.total - a.total || a.who - b.who || a.whom - b.whom);
  const ends = (index) => [
    anchorLink("asset-" + model.assets[index].id, data(model.assets[index].name)),
    el("span", { class: "address-line muted" }, zoneLabel(model.assets[index].zone) || word("scope", model.assets[index].scope)),
  ];
  const text = (index) => [model.assets[index].name, mainAddress(model.assets[index]), zoneLabel(model.assets[index].zone)].join(" ");
  const classes = (p) => [...p.classes].sort((a, b) => CONTROLLING.indexOf(a[0]) - CONTROLLING.indexOf(b[0]));
  return [
    el("h3", null, t("who_controls")),
    el("p", { class: "lead" }, t("who_controls_lead")),
    dataTable({
      id: "who",
      label: t("who_controls"),
      rows,
      file: "inventory.json",
      plain: true,
      columns: [
        { key: "who", label: t("commander"), text: (p) => text(p.who), cell: (p) => ends(p.who) },
        { key: "whom", label: t("commanded"), text: (p) => text(p.whom), cell: (p) => ends(p.whom) },
        {
          key: "classes",
          label: t("class"),
          text: (p) => classes(p).map(([c]) => word("class", c)).join(" "),
          sort: worst,
          cell: (p) =>
            classes(p).map(([c, n]) => [el("span", { class: CLASS_ORDER.indexOf(c) < 5 ? "mark" : "mark plain" }, word("class", c) + " " + number(n)), " "]),
        },
        { key: "protocol", label: t("protocol"), text: (p) => protocolNames(p.protocols).join(" · ") },
        { key: "refused", label: t("refused"), numeric: true, text: (p) => String(p.refused), sort: (p) => p.refused, cell: (p) => number(p.refused) },
        {
          key: "masters",
          label: t("commanders_of"),
          numeric: true,
          text: (p) => String(masters.get(p.whom)),
          sort: (p) => masters.get(p.whom),
        },
        { key: "packet", label: t("evidence_short"), text: (p) => (p.packet ? "#" + p.packet[1] : ""), cell: (p) => cite(p.packet) },
      ],
    }),
  ];
}

function controlSection() {
  const rows = model.control_actions.filter((a) => a.link !== null);
  const total = model.link_actions.reduce((sum, l) => sum + l.total, 0);
  const unit = (a) => [a.unit, a.peer_unit].filter((v) => v !== null).join(" ← ");
  return el(
    "section",
    { id: "control" },
    el("h2", null, t("nav_control")),
    whoControls(),
    el("h3", null, t("control_history")),
    el("p", { class: "lead" }, t("control_lead")),
    total > rows.length && el("p", { class: "note" }, t("control_rest", number(total - rows.length), number(total))),
    dataTable({
      id: "control",
      label: t("nav_control"),
      rows,
      file: "inventory.json",
      sort: "time",
      columns: [
        { key: "time", label: t("time"), text: (a) => clock(a.time), sort: (a) => a.time },
        ...endColumns(),
        {
          key: "class",
          label: t("class"),
          text: (a) => word("class", a.class),
          sort: (a) => CLASS_ORDER.indexOf(a.class),
          cell: (a) => el("span", { class: "mark" }, word("class", a.class)),
        },
        {
          key: "function",
          label: t("function"),
          text: (a) => [a.function, protocolName(a.protocol), a.protocol, a.step].join(" "),
          cell: (a) => [
            data(a.function),
            el("span", { class: "address-line muted" }, data(protocolName(a.protocol)), a.step && [" · ", data(a.step)]),
          ],
        },
        {
          key: "point",
          label: t("point"),
          text: (a) => (unit(a) ? unit(a) + " / " : "") + pointText(a),
          cell: (a) => [data(pointText(a)), unit(a) && el("span", { class: "address-line muted" }, t("unit"), " ", data(unit(a)))],
        },
        { key: "value", label: t("value"), text: (a) => a.value, cell: (a) => data(a.value) },
        {
          key: "outcome",
          label: t("outcome"),
          text: (a) => word("action_outcome", a.outcome) + " " + a.status,
          sort: (a) => OUTCOME_ORDER.indexOf(a.outcome),
          cell: (a) => [
            el("span", { class: (a.outcome === "accepted" ? "strong" : "muted") + " nowrap" }, word("action_outcome", a.outcome)),
            a.status && el("span", { class: "address-line muted" }, data(a.status)),
          ],
        },
        {
          key: "packet",
          label: t("evidence_short"),
          text: (a) => (a.packet ? "#" + a.packet[1] : ""),
          cell: (a) => [cite(a.packet), a.answer && [" ", cite(a.answer)]],
        },
      ],
      filters: [
        { key: "class", label: t("class"), value: (a) => a.class, name: (v) => word("class", v), order: CLASS_ORDER },
        { key: "protocol", label: t("protocol"), value: (a) => a.protocol, name: protocolName },
        {
          key: "outcome",
          label: t("outcome"),
          value: (a) => a.outcome,
          name: (v) => word("action_outcome", v),
          order: OUTCOME_ORDER,
        },
      ],
    }),
  );
}
