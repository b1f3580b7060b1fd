// Elements are made from text, never from markup: whatever a host calls itself stays text.

// Characters that would change how the text around them reads: controls, zero-width and bidirectional marks.
const UNSEEN =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/g;

function visible(value) {
  return String(value ?? "").replace(
    UNSEEN,
    (c) => "\u27e8U+" + c.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0") + "\u27e9",
  );
}

// Children: nodes, strings, arrays of both; null and undefined are left out.
function fill(parent, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    parent.append(child instanceof Node ? child : visible(child));
  }
  return parent;
}

function assign(node, attributes) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : visible(value));
  }
  return node;
}

function el(tag, attributes, ...children) {
  return fill(assign(document.createElement(tag), attributes), children);
}
function svg(tag, attributes, ...children) {
  return fill(assign(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes), children);
}

// What a section shows; how to use it is said on the screen alone.
function lead(text, how) {
  return el("p", { class: "lead" }, text, how && el("span", { class: "on-screen" }, language === "ja" ? "" : " ", how));
}

// Half an address would be read as another one.
const WHOLE = /^(\d{1,3}(\.\d{1,3}){3}|[0-9a-f]{2}(:[0-9a-f]{2}){5})$/;

// Text from the network: isolated, so that its direction ends with it.
function data(value, attributes) {
  const whole = WHOLE.test(value ?? "") && { class: ["unbroken", attributes?.class].filter(Boolean).join(" ") };
  return el("bdi", { ...attributes, ...whole }, value);
}
function code(value) {
  return el("code", { dir: "ltr" }, value);
}
function replaceChildren(parent, ...children) {
  parent.textContent = "";
  fill(parent, children);
}

const numerals = { ja: new Intl.NumberFormat("ja-JP"), en: new Intl.NumberFormat("en-GB") };
function number(value) {
  return value === null || value === undefined ? "" : numerals[language].format(value);
}

// A button that copies a text; where the browser refuses, the text is selected, to be copied by hand.
function copyButton(label, text) {
  const button = el("button", { type: "button", class: "copy", title: text }, label);
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = el("textarea", { class: "hidden", "aria-hidden": "true" }, text);
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
    replaceChildren(button, t("copied"));
    setTimeout(() => replaceChildren(button, label), 1500);
  });
  return button;
}
function bytes(value) {
  let unit = 0;
  let amount = value;
  for (; amount >= 1000 && unit < 4; ++unit) amount /= 1000;
  return (
    (unit === 0 || amount >= 100 ? Math.round(amount) : amount.toFixed(1)) + " " + ["B", "kB", "MB", "GB", "TB"][unit]
  );
}
function percent(part, whole) {
  const share = whole ? (100 * part) / whole : 0;
  return (share > 0 && share < 0.1 ? "<0.1" : share.toFixed(1)) + "%";
}

// Times are microseconds since the epoch, shown in the site's zone whatever the reader's machine is set to.
function clock(microseconds, fraction) {
  if (microseconds === null || microseconds === undefined) return "";
  const ms = Math.floor(microseconds / 1000);
  const text = new Date(ms + model.meta.zone_minutes * 60000).toISOString();
  const micro = microseconds - Math.floor(microseconds / 1e6) * 1e6;
  return text.slice(0, 10) + " " + text.slice(11, 19) + (fraction ? "." + String(micro).padStart(6, "0") : "");
}
function clockZone() {
  const minutes = Math.abs(model.meta.zone_minutes);
  if (minutes === 0) return "UTC";
  const two = (n) => String(n).padStart(2, "0");
  return (
    "UTC" + (model.meta.zone_minutes < 0 ? "\u2212" : "+") + two(Math.floor(minutes / 60)) + ":" + two(minutes % 60)
  );
}
function duration(microseconds) {
  const seconds = Math.floor(microseconds / 1e6);
  if (seconds >= 86400) return t("duration_days", Math.floor(seconds / 86400), Math.floor((seconds % 86400) / 3600));
  if (seconds >= 3600) return t("duration_hours", Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60));
  if (seconds >= 60) return t("duration_minutes", Math.floor(seconds / 60), seconds % 60);
  return t("duration_seconds", seconds);
}
