// A table that sorts, filters and pages, so that 50,000 rows stay quick. What the reader has chosen is kept by the
// table's id and survives a change of language.
const PAGE_ROWS = window.innerWidth < 700 ? 25 : 100;
const tableStates = new Map();

// columns: {key, label, text(row), cell(row)?, sort(row)?, numeric?}; filters: {key, label, value(row), name(value)}.
function dataTable({ id, label, columns, rows, filters = [], rowId, details, file, sort, descending = false, plain, chosen }) {
  if (!tableStates.has(id))
    tableStates.set(id, { query: "", chosen: { ...chosen }, sort: sort || null, descending, page: 0, open: new Set() });
  const state = tableStates.get(id);
  const body = el("tbody");
  const count = el("p", { class: "count", role: "status" });
  const pager = el("div", { class: "pager" });
  const haystacks = new Map();
  const haystack = (row) => {
    if (!haystacks.has(row))
      haystacks.set(
        row,
        columns
          .map((c) => c.text(row))
          .join("\n")
          .toLowerCase(),
      );
    return haystacks.get(row);
  };

  let last = { key: null, rows: null }; // turning a page need not sort again
  function selected() {
    const key = JSON.stringify([state.query, state.chosen, state.sort, state.descending]);
    if (last.key !== key) last = { key, rows: select() };
    return last.rows;
  }

  function select() {
    const words = state.query.toLowerCase().split(/\s+/).filter(Boolean);
    let result = rows.filter((row) =>
      filters.every((f) => !state.chosen[f.key] || String(f.value(row)) === state.chosen[f.key]),
    );
    if (words.length) result = result.filter((row) => words.every((w) => haystack(row).includes(w)));
    const column = columns.find((c) => c.key === state.sort);
    if (column) {
      const value = column.sort || column.text;
      const keyed = result.map((row, i) => [value(row), i, row]);
      keyed.sort((a, b) => compare(a[0], b[0]) * (state.descending ? -1 : 1) || a[1] - b[1]);
      result = keyed.map((k) => k[2]);
    }
    return result;
  }

  function draw() {
    const found = selected();
    const pages = Math.max(1, Math.ceil(found.length / PAGE_ROWS));
    state.page = Math.min(state.page, pages - 1);
    const from = state.page * PAGE_ROWS;
    const shown = found.slice(from, from + PAGE_ROWS);
    replaceChildren(body, shown.map(drawRow));
    if (!shown.length)
      body.append(
        el(
          "tr",
          null,
          el(
            "td",
            { colspan: columns.length + (details ? 1 : 0), class: "nothing" },
            t(rows.length ? "no_match" : "none_observed"),
          ),
        ),
      );
    replaceChildren(count, t("shown_of", number(found.length), number(rows.length)));
    const turn = (step) => () => {
      state.page += step;
      draw();
      table.scrollIntoView({ block: "start" });
    };
    replaceChildren(
      pager,
      pages > 1 && [
        el("button", { type: "button", disabled: state.page === 0, onclick: turn(-1) }, t("previous")),
        el("span", null, t("page_of", number(from + 1), number(from + shown.length), number(found.length))),
        el("button", { type: "button", disabled: state.page === pages - 1, onclick: turn(1) }, t("next")),
        file && el("span", { class: "muted" }, t("more_in", file)),
      ],
    );
    for (const [key, head] of heads)
      head.setAttribute("aria-sort", key !== state.sort ? "none" : state.descending ? "descending" : "ascending");
  }

  function drawRow(row) {
    const key = rowId ? rowId(row) : null;
    const cells = columns.map((c) =>
      el(
        "td",
        { class: c.numeric ? "numeric" : c.wide ? "wide" : null, "data-label": c.label },
        c.cell ? c.cell(row) : c.text(row),
      ),
    );
    if (!details) return el("tr", { id: key }, cells);
    const isOpen = state.open.has(key);
    const toggle = el("button", {
      type: "button",
      class: "toggle",
      "aria-expanded": String(isOpen),
      "aria-label": t("open_row", columns[0].text(row)),
    });
    const line = el(
      "tr",
      { id: key, class: isOpen ? "open" : null },
      el("td", { class: "toggle-cell" }, toggle),
      cells,
    );
    const more = () => el("tr", { class: "details" }, el("td", { colspan: columns.length + 1 }, details(row)));
    toggle.addEventListener("click", () => {
      const opening = !state.open.has(key);
      toggle.setAttribute("aria-expanded", String(opening));
      line.classList.toggle("open", opening);
      if (opening) {
        state.open.add(key);
        line.after(more());
      } else {
        state.open.delete(key);
        line.nextSibling.remove();
      }
    });
    return isOpen ? [line, more()] : line;
  }

  const heads = columns.map((c) => [
    c.key,
    el(
      "th",
      { scope: "col", class: c.numeric ? "numeric" : null },
      el(
        "button",
        {
          type: "button",
          title: t("sort_by", c.label),
          onclick: () => {
            state.descending = state.sort === c.key ? !state.descending : Boolean(c.numeric);
            state.sort = c.key;
            state.page = 0;
            draw();
          },
        },
        c.label,
      ),
    ),
  ]);
  const table = el(
    "table",
    { class: "data" },
    el("caption", { class: "hidden" }, label),
    el(
      "thead",
      null,
      el(
        "tr",
        null,
        details && el("th", { scope: "col", class: "toggle-cell" }, el("span", { class: "hidden" }, t("details"))),
        heads.map((h) => h[1]),
      ),
    ),
    body,
  );

  const search = el("input", {
    type: "search",
    value: state.query,
    placeholder: t("search_table"),
    oninput: debounce(() => {
      state.query = search.value;
      state.page = 0;
      draw();
    }),
  });
  const bar = el(
    "div",
    { class: "bar" },
    el("label", null, el("span", null, t("search")), search),
    filters.map((f) =>
      filterBox(f, rows, state.chosen[f.key] || "", (value) => {
        state.chosen[f.key] = value;
        state.page = 0;
        draw();
      }),
    ),
    count,
  );
  draw();

  const box = el(
    "div",
    { class: "table-box" },
    !(plain && rows.length < 12) && bar,
    el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": label }, table),
    pager,
  );
  // Brings the row of that id on the screen: filters are dropped if they hide it.
  box.reveal = (key) => {
    const row = rows.find((r) => rowId && rowId(r) === key);
    if (!row) return null;
    if (!selected().includes(row)) Object.assign(state, { query: "", chosen: {} });
    search.value = state.query;
    for (const select of bar.querySelectorAll("select")) select.value = "";
    state.page = Math.floor(selected().indexOf(row) / PAGE_ROWS);
    if (details) state.open.add(key);
    draw();
    return document.getElementById(key);
  };
  return box;
}

function filterBox(filter, rows, chosen, onchange) {
  const counts = new Map();
  for (const row of rows) counts.set(String(filter.value(row)), (counts.get(String(filter.value(row))) || 0) + 1);
  const values = [...counts.keys()]
    .filter((v) => v !== "")
    .sort((a, b) =>
      filter.order ? filter.order.indexOf(a) - filter.order.indexOf(b) : compare(filter.name(a), filter.name(b)),
    );
  if (values.length < 2) return null;
  const select = el(
    "select",
    { onchange: () => onchange(select.value) },
    el("option", { value: "" }, t("any")),
    values.map((v) => el("option", { value: v }, filter.name(v) + " (" + number(counts.get(v)) + ")")),
  );
  select.value = chosen;
  return el("label", null, el("span", null, filter.label), select);
}

const collators = { ja: new Intl.Collator("ja", { numeric: true }), en: new Intl.Collator("en", { numeric: true }) };
function compare(a, b) {
  if (typeof a === "number" && typeof b === "number") return a - b;
  if (a === null || a === undefined || a === "") return b === null || b === undefined || b === "" ? 0 : 1; // unknown comes last
  if (b === null || b === undefined || b === "") return -1;
  return collators[language].compare(String(a), String(b));
}

function debounce(action) {
  let timer = 0;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(action, 150);
  };
}

function simpleTable(headings, rows) {
  return el(
    "div",
    { class: "scroll", tabindex: 0, role: "region", "aria-label": headings.join(" ") },
    el(
      "table",
      { class: "data small" },
      el(
        "thead",
        null,
        el(
          "tr",
          null,
          headings.map((h) => el("th", { scope: "col" }, h)),
        ),
      ),
      el(
        "tbody",
        null,
        rows.map((cells) =>
          el(
            "tr",
            null,
            cells.map((c, i) => el("td", { "data-label": headings[i] }, c)),
          ),
        ),
      ),
    ),
  );
}
