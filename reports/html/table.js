// Tables that sort, filter and page, so that 50,000 rows stay quick: TanStack Table keeps the rows, this draws them.
// What the reader has chosen is kept by the table's id and survives a change of language.
const PAGE_ROWS = window.innerWidth < 700 ? 25 : 100;
const tableStates = new Map();
const SEARCHED = "\u0000words"; // the hidden column that the search box looks through
const CHOSEN = "\u0000choice "; // and those that the filters do
const TABLE_FEATURES = libraries.tableFeatures({
  coreReactivityFeature: libraries.storeReactivityBindings(),
  columnFilteringFeature: libraries.columnFilteringFeature,
  rowSortingFeature: libraries.rowSortingFeature,
  rowPaginationFeature: libraries.rowPaginationFeature,
  rowExpandingFeature: libraries.rowExpandingFeature,
  filteredRowModel: libraries.createFilteredRowModel(),
  sortedRowModel: libraries.createSortedRowModel(),
  paginatedRowModel: libraries.createPaginatedRowModel(),
});

function tableModel({ columns, rows, filters, rowId, state }) {
  const known = (value) => (value === null || value === "" ? undefined : value);
  return libraries.constructTable({
    features: TABLE_FEATURES,
    data: rows,
    ...(rowId && { getRowId: rowId }),
    initialState: state,
    autoResetPageIndex: false,
    autoResetExpanded: false,
    getRowCanExpand: () => true,
    columns: [
      ...columns.map((c) => ({
        id: c.key,
        accessorFn: (row) => known((c.sort || c.text)(row)),
        sortFn: (a, b, id) => compare(a.getValue(id), b.getValue(id)),
        sortUndefined: "last",
      })),
      {
        id: SEARCHED,
        accessorFn: (row) => columns.map((c) => c.text(row)).join("\n").toLowerCase(),
        filterFn: (row, id, words) => words.every((word) => row.getValue(id).includes(word)),
      },
      ...filters.map((f) => ({
        id: CHOSEN + f.key,
        accessorFn: (row) => String(f.value(row)),
        filterFn: (row, id, wanted) => row.getValue(id) === wanted,
      })),
    ],
  });
}

// columns: {key, label, text(row), cell(row)?, sort(row)?, numeric?}; filters: {key, label, value(row), name(value)}.
function dataTable({ id, label, columns, rows, filters = [], rowId, details, file, sort, descending = false, plain, chosen }) {
  const state = tableStates.get(id) || {
    sorting: sort ? [{ id: sort, desc: descending }] : [],
    columnFilters: Object.entries(chosen || {}).map(([key, value]) => ({ id: CHOSEN + key, value })),
    pagination: { pageIndex: 0, pageSize: PAGE_ROWS },
    expanded: {},
  };
  const shown = tableModel({ columns, rows, filters, rowId, state });
  const body = el("tbody");
  const count = el("p", { class: "count", role: "status" });
  const pager = el("div", { class: "pager" });
  const paper = el("p", { class: "paper muted" });
  const filterOn = (column) => shown.getColumn(column).getFilterValue();
  // another choice of rows is read from its start
  const choose = (column, value) => {
    shown.getColumn(column).setFilterValue(value);
    shown.setPageIndex(0);
    draw();
  };

  function draw() {
    tableStates.set(id, shown.store.get());
    const found = shown.getSortedRowModel().rows.length;
    const page = shown.getRowModel().rows;
    const { pageIndex } = shown.store.get().pagination;
    replaceChildren(body, page.map(drawRow));
    if (!page.length)
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
    replaceChildren(count, t("shown_of", number(found), number(rows.length)));
    const choices = [
      ...(filterOn(SEARCHED) || []),
      ...filters.filter((f) => filterOn(CHOSEN + f.key)).map((f) => f.label + ": " + f.name(filterOn(CHOSEN + f.key))),
    ];
    replaceChildren(paper, printedNote(choices, page.length, rows.length, file));
    const turn = (to) => () => {
      shown.setPageIndex(to);
      draw();
      table.scrollIntoView({ block: "start" });
    };
    const from = pageIndex * PAGE_ROWS;
    replaceChildren(
      pager,
      shown.getPageCount() > 1 && [
        el(
          "button",
          { type: "button", disabled: !shown.getCanPreviousPage(), onclick: turn(pageIndex - 1) },
          t("previous"),
        ),
        el("span", null, t("page_of", number(from + 1), number(from + page.length), number(found))),
        el("button", { type: "button", disabled: !shown.getCanNextPage(), onclick: turn(pageIndex + 1) }, t("next")),
        file && el("span", { class: "muted" }, t("more_in", file)),
      ],
    );
    const order = { asc: "ascending", desc: "descending", false: "none" };
    for (const [key, head] of heads) head.setAttribute("aria-sort", order[shown.getColumn(key).getIsSorted()]);
  }

  function drawRow(entry) {
    const row = entry.original;
    const key = rowId ? entry.id : null;
    const cells = columns.map((c) =>
      el(
        "td",
        { class: c.numeric ? "numeric" : c.wide ? "wide" : null, "data-label": c.label },
        c.cell ? c.cell(row) : c.text(row),
      ),
    );
    if (!details) return el("tr", { id: key }, cells);
    const isOpen = entry.getIsExpanded();
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
      const opening = !entry.getIsExpanded();
      entry.toggleExpanded(opening);
      tableStates.set(id, shown.store.get());
      toggle.setAttribute("aria-expanded", String(opening));
      line.classList.toggle("open", opening);
      if (opening) line.after(more());
      else line.nextSibling.remove();
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
            const now = shown.getColumn(c.key).getIsSorted();
            shown.setSorting([{ id: c.key, desc: now ? now === "asc" : Boolean(c.numeric) }]);
            shown.setPageIndex(0);
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
    value: (filterOn(SEARCHED) || []).join(" "),
    placeholder: t("search_table"),
    oninput: debounce(() => {
      const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
      choose(SEARCHED, words.length ? words : undefined);
    }),
  });
  const bar = el(
    "div",
    { class: "bar" },
    el("label", null, el("span", null, t("search")), search),
    filters.map((f) =>
      filterBox(f, rows, filterOn(CHOSEN + f.key) || "", (value) => choose(CHOSEN + f.key, value || undefined)),
    ),
    count,
  );
  draw();

  const box = el(
    "div",
    { class: "table-box" },
    !(plain && rows.length < 12) && bar,
    el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": label }, table),
    paper,
    pager,
  );
  // Brings the row of that id on the screen: filters are dropped if they hide it.
  box.reveal = (key) => {
    const entry = shown.getCoreRowModel().rowsById[key];
    if (!entry) return null;
    const place = () => shown.getSortedRowModel().rows.findIndex((r) => r.id === key);
    if (place() < 0) {
      shown.setColumnFilters([]);
      search.value = "";
      for (const select of bar.querySelectorAll("select")) select.value = "";
    }
    shown.setPageIndex(Math.floor(place() / PAGE_ROWS));
    if (details) entry.toggleExpanded(true);
    draw();
    return document.getElementById(key);
  };
  return box;
}

// On paper neither filters nor pages can be seen, so what they leave out is told.
function printedNote(choices, shown, all, file) {
  if (shown === all) return "";
  const told = choices.length
    ? t("printed_only", choices.map(visible).join(t("list_comma")), number(shown), number(all))
    : t("printed_first", number(shown), number(all));
  return [told, file && [language === "ja" ? "" : " ", t("more_in", file)]];
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
  // as it is: attributes show their control characters, and then no row would match
  const option = (value, label) => Object.assign(el("option", null, label), { value });
  const select = el(
    "select",
    { onchange: () => onchange(select.value) },
    option("", t("any")),
    values.map((v) => option(v, filter.name(v) + " (" + number(counts.get(v)) + ")")),
  );
  select.value = chosen;
  return el("label", null, el("span", null, filter.label), select);
}

const collators = { ja: new Intl.Collator("ja", { numeric: true }), en: new Intl.Collator("en", { numeric: true }) };
function compare(a, b) {
  if (typeof a === "number" && typeof b === "number") return a - b;
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
