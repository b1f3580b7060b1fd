// Control actions one by one: who commanded what, on which point, and whether it was accepted.

const OUTCOME_ORDER = ["accepted", "refused", "unanswered", ""];

function pointText(a) {
  if (a.point === null) return a.point_kind;
  const numbers = a.points > 1 ? a.point + "–" + (a.point + a.points - 1) : String(a.point);
  return (a.point_kind ? a.point_kind + " " : "") + numbers;
}

function controlSection() {
  const rows = model.control_actions.filter((a) => a.link !== null);
  const total = model.link_actions.reduce((sum, l) => sum + l.total, 0);
  const unit = (a) => [a.unit, a.peer_unit].filter((v) => v !== null).join(" ← ");
  return el(
    "section",
    { id: "control" },
    el("h2", null, t("nav_control")),
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
          text: (a) => a.function + " " + a.protocol + " " + a.step,
          cell: (a) => [
            data(a.function),
            el("span", { class: "address-line muted" }, data(a.protocol), a.step && [" · ", data(a.step)]),
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
            el("span", { class: a.outcome === "accepted" ? "strong" : "muted" }, word("action_outcome", a.outcome)),
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
        { key: "protocol", label: t("protocol"), value: (a) => a.protocol, name: (v) => v },
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
