// Puts the page together: navigation, language, and places that a URL can point at.
// The fragment is "anchor", "anchor;lang=en" or ";lang=en": a link to a finding keeps its language.
const SECTIONS = [
  ["summary", summarySection],
  ["findings", findingsSection],
  ["risk", riskSection],
  ["drawing", drawingSection],
  ["external", externalSection],
  ["identity", identitySection],
  ["control", controlSection],
  ["operations", operationsSection],
  ["assets", assetsSection],
  ["links", linksSection],
  ["baseline", baselineSection],
  ["coverage", coverageSection],
  ["method", methodSection],
];
const revealers = new Map(); // by the prefix of an anchor: brings its row on the screen
let model;

function readFragment() {
  let text = location.hash.slice(1);
  try {
    text = decodeURIComponent(text);
  } catch {
    // not ours; taken as it stands
  }
  const [anchor, ...options] = text.split(";");
  const chosen = options.find((o) => o === "lang=ja" || o === "lang=en");
  return { anchor, language: chosen ? chosen.slice(5) : null };
}
function fragment(anchor) {
  return "#" + encodeURIComponent(anchor) + (language === originalLanguage ? "" : ";lang=" + language);
}
const originalLanguage = language;

function anchorLink(anchor, content, label) {
  return el(
    "a",
    {
      href: fragment(anchor),
      "aria-label": label || null,
      onclick: (event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        go(anchor);
      },
    },
    content,
  );
}

function go(anchor) {
  history.pushState(null, "", fragment(anchor));
  reveal(anchor);
}

function reveal(anchor) {
  if (!anchor) return;
  let target = null;
  if (anchor.startsWith("finding-")) target = revealFinding(anchor.slice(8));
  for (const [prefix, bring] of revealers) if (anchor.startsWith(prefix)) target = bring(anchor);
  target ||= document.getElementById(anchor);
  if (!target) return;
  for (const old of document.querySelectorAll(".target")) old.classList.remove("target");
  if (!SECTIONS.some(([name]) => name === anchor)) target.classList.add("target");
  target.scrollIntoView({ block: "start" });
  if (!target.hasAttribute("tabindex")) target.setAttribute("tabindex", "-1");
  target.focus({ preventScroll: true });
}

function languageSwitch() {
  const choice = (code, name) =>
    el(
      "button",
      { type: "button", lang: code, "aria-pressed": String(language === code), onclick: () => setLanguage(code) },
      name,
    );
  return el(
    "div",
    { class: "choice", role: "group", "aria-label": t("language") },
    choice("ja", "日本語"),
    choice("en", "English"),
  );
}

function setLanguage(chosen) {
  if (language === chosen) return;
  const { anchor } = readFragment();
  const place = window.scrollY / Math.max(1, document.documentElement.scrollHeight);
  language = chosen;
  history.replaceState(null, "", fragment(anchor));
  draw();
  window.scrollTo(0, place * document.documentElement.scrollHeight);
}

function draw() {
  document.documentElement.lang = language;
  document.title = t("report") + (model.meta.site ? " – " + visible(model.meta.site) : "");
  const sections = SECTIONS.map(([name, make]) => [name, make()]);
  const nav = el(
    "nav",
    { class: "contents", "aria-label": t("contents") },
    el(
      "ol",
      null,
      sections.map(([name]) => el("li", null, anchorLink(name, t("nav_" + name)))),
    ),
  );
  replaceChildren(
    document.getElementById("page"),
    el(
      "a",
      {
        class: "skip",
        href: "#summary",
        onclick: (event) => {
          event.preventDefault();
          go("summary");
        },
      },
      t("skip"),
    ),
    el(
      "header",
      { class: "top" },
      el("p", { class: "brand" }, t("brand")),
      el("p", { class: "brand-site" }, data(model.meta.site)),
      searchBox(),
      languageSwitch(),
      el("button", { type: "button", class: "print", onclick: () => window.print() }, t("print")),
    ),
    el(
      "div",
      { class: "frame" },
      nav,
      el(
        "main",
        null,
        sections.map(([, section]) => section),
      ),
    ),
  );
  watch(nav);
}

function redrawSection(name) {
  const make = SECTIONS.find(([n]) => n === name)[1];
  document.getElementById(name).replaceWith(make());
}

// Marks the section in view in the navigation.
let watcher = null;
function watch(nav) {
  watcher?.disconnect();
  const links = new Map(SECTIONS.map(([name], i) => [name, nav.querySelectorAll("a")[i]]));
  watcher = new IntersectionObserver(
    (entries) => {
      for (const entry of entries) {
        if (!entry.isIntersecting) continue;
        for (const link of links.values()) link.removeAttribute("aria-current");
        links.get(entry.target.id)?.setAttribute("aria-current", "true");
      }
    },
    { rootMargin: "-10% 0px -80% 0px" },
  );
  for (const section of document.querySelectorAll("main > section")) watcher.observe(section);
}

window.addEventListener("hashchange", () => {
  const place = readFragment();
  const wanted = place.language || originalLanguage;
  if (wanted !== language) {
    language = wanted;
    draw();
  }
  reveal(place.anchor);
});
// on paper nothing can be unfolded
window.addEventListener("beforeprint", () => {
  for (const more of document.querySelectorAll("button.more")) more.click();
  for (const details of document.querySelectorAll(".card details.evidence")) details.setAttribute("open", "");
});

model = relate(readModel(document.getElementById("data").textContent));
language = readFragment().language || language;
draw();
reveal(readFragment().anchor);
