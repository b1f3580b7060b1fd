// Opens report.html in headless Chromium and looks at it as a reader would: both languages, wide and narrow.
//   node report_browser.mjs SAMPLE_REPORT_PROGRAM [--screenshots DIR]
//   node report_browser.mjs --report report.html [--brief] [--screenshots DIR]
// The program is tests/reports/sample_report; its host names try to become markup. Needs Node 18 and Chromium
// (CHROMIUM names another one), no packages: Chromium is spoken to over a pipe.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const WIDTHS = [1280, 390];
const SECTIONS = 13;
const DEADLINE_MS = 120_000;

class Browser {
  constructor(profile) {
    const flags = [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--remote-debugging-pipe",
      "--user-data-dir=" + profile,
      "about:blank",
    ];
    this.process = spawn(process.env.CHROMIUM || "chromium", flags, {
      stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"],
    });
    this.waiting = new Map();
    this.next = 1;
    this.onEvent = () => {};
    let rest = Buffer.alloc(0);
    this.process.stdio[4].on("data", (chunk) => {
      rest = Buffer.concat([rest, chunk]);
      for (let end = rest.indexOf(0); end >= 0; end = rest.indexOf(0)) {
        this.receive(JSON.parse(rest.subarray(0, end).toString()));
        rest = rest.subarray(end + 1);
      }
    });
  }
  receive(message) {
    if (!message.id) return this.onEvent(message);
    const { accept, refuse, method } = this.waiting.get(message.id);
    this.waiting.delete(message.id);
    if (message.error) refuse(new Error(method + ": " + message.error.message));
    else accept(message.result);
  }
  send(method, params = {}, sessionId = this.session) {
    const id = this.next++;
    this.process.stdio[3].write(JSON.stringify({ id, method, params, sessionId }) + "\0");
    return new Promise((accept, refuse) => this.waiting.set(id, { accept, refuse, method }));
  }
  async attach() {
    const { targetId } = await this.send("Target.createTarget", { url: "about:blank" });
    this.session = (await this.send("Target.attachToTarget", { targetId, flatten: true })).sessionId;
    for (const domain of ["Page", "Runtime", "Log", "Network"]) await this.send(domain + ".enable");
  }
  async evaluate(expression) {
    const { result, exceptionDetails } = await this.send("Runtime.evaluate", {
      expression,
      awaitPromise: true,
      returnByValue: true,
    });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description || exceptionDetails.text);
    return result.value;
  }
  async open(url, width) {
    await this.send("Emulation.setDeviceMetricsOverride", {
      width,
      height: 900,
      deviceScaleFactor: 1,
      mobile: width < 700,
    });
    await this.send("Page.navigate", { url: "about:blank" });
    const { errorText } = await this.send("Page.navigate", { url });
    if (errorText) throw new Error(url + ": " + errorText);
    await this.evaluate(
      "new Promise((done) => (document.readyState === 'complete' ? done() : addEventListener('load', done)))",
    );
    await this.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done, 50)))");
  }
  // The whole page in sheets, since one picture would be higher than viewers (and Chromium) bear.
  async screenshots(prefix, width, sheet = 1600) {
    const height = await this.evaluate("document.documentElement.scrollHeight");
    for (let y = 0, n = 0; y < height; y += sheet, ++n) {
      const clip = { x: 0, y, width, height: Math.min(sheet, height - y), scale: 1 };
      const { data } = await this.send("Page.captureScreenshot", { captureBeyondViewport: true, clip });
      writeFileSync(prefix + "-" + String(n).padStart(2, "0") + ".png", Buffer.from(data, "base64"));
    }
  }
  close() {
    this.process.kill();
  }
}

// What went wrong behind the page's back: exceptions, console errors, refused resources, dialogs, any request.
function complaints(browser, url) {
  const list = [];
  browser.onEvent = ({ method, params }) => {
    if (method === "Runtime.exceptionThrown")
      list.push(params.exceptionDetails.exception?.description || params.exceptionDetails.text);
    if (method === "Runtime.consoleAPICalled" && params.type === "error")
      list.push("console.error: " + params.args.map((a) => a.value).join(" "));
    if (method === "Log.entryAdded" && params.entry.level === "error") list.push(params.entry.text);
    if (
      method === "Network.requestWillBeSent" &&
      !params.request.url.startsWith(url) &&
      params.request.url !== "about:blank"
    )
      list.push("request: " + params.request.url);
    if (method === "Page.javascriptDialogOpening") {
      list.push("dialog: " + params.message);
      browser.send("Page.handleJavaScriptDialog", { accept: true });
    }
  };
  return list;
}

async function checkPage(browser, url, width, language) {
  await browser.open(url + "#;lang=" + language, width);
  const seen = await browser.evaluate(`({
    language: document.documentElement.lang,
    sections: document.querySelectorAll("main > section").length,
    headings: [...document.querySelectorAll("main > section > :is(h1, h2)")].map((h) => h.textContent),
    scripts: document.scripts.length,
    active: document.querySelectorAll("img, iframe, object, embed, link, base, [onerror], [onload]").length,
    overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    missing: document.body.innerText.match(/undefined|NaN|\\[object |\\{\\d\\}/),
    directions: /[\\u202a-\\u202e\\u2066-\\u2069]/.test(document.body.innerText),
    duplicates: (ids => ids.length - new Set(ids).size)([...document.querySelectorAll("[id]")].map((n) => n.id)),
    unnamed: [...document.querySelectorAll("button, a, select, input")].filter((n) => !(n.textContent.trim() || n.getAttribute("aria-label") || n.closest("label"))).length,
  })`);
  const where = width + " px, " + language + ": ";
  assert.equal(seen.language, language, where + "language");
  assert.equal(seen.sections, SECTIONS, where + "sections");
  assert.equal(seen.headings.length, SECTIONS, where + "headings");
  assert.equal(seen.scripts, 2, where + "only the page's own scripts");
  assert.equal(seen.active, 0, where + "a name became markup");
  assert.equal(seen.directions, false, where + "bidirectional controls are shown, not obeyed");
  assert.equal(seen.missing, null, where + "unfilled text");
  assert.equal(seen.duplicates, 0, where + "ids are unique");
  assert.equal(seen.unnamed, 0, where + "every control has a name");
  assert.ok(seen.overflow <= 0, where + "the page is " + seen.overflow + " px too wide");
  return seen.headings;
}

// Text against its background, as WCAG 2.1 §1.4.3 counts it; of solid backgrounds only, which is all that the page has.
const CONTRAST = `(() => {
  const rgb = (c) => (c.match(/[\\d.]+/g) || []).map(Number);
  const light = (c) => { const [r, g, b] = c.map((v) => { v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; }); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const ground = (n) => { for (; n; n = n.parentElement) { const c = rgb(getComputedStyle(n).backgroundColor); if (c.length === 3 || c[3] > 0) return c.slice(0, 3); } return [255, 255, 255]; };
  const bad = new Map();
  for (const n of document.querySelectorAll("main *, header *, nav *")) {
    if (n.closest("svg") || n.disabled || !n.getClientRects().length || ![...n.childNodes].some((c) => c.nodeType === 3 && c.data.trim())) continue;
    const [a, b] = [light(rgb(getComputedStyle(n).color).slice(0, 3)), light(ground(n))].sort((x, y) => y - x);
    if ((a + 0.05) / (b + 0.05) < 4.5) bad.set(n.tagName + "." + n.className, ((a + 0.05) / (b + 0.05)).toFixed(2));
  }
  return [...bad];
})()`;

// most: so many findings are gone to.
async function checkBehaviour(browser, url, most) {
  await browser.open(url, 1280);
  assert.deepEqual(await browser.evaluate(CONTRAST), [], "text of too little contrast");

  const before = await browser.evaluate("document.querySelector('#findings > h2').textContent");
  await browser.evaluate(
    "[...document.querySelectorAll('header [lang]')].find((b) => b.getAttribute('aria-pressed') === 'false').click()",
  );
  assert.notEqual(
    await browser.evaluate("document.querySelector('#findings > h2').textContent"),
    before,
    "the switch changes the words",
  );
  assert.match(await browser.evaluate("location.hash"), /lang=(ja|en)/, "the switch is kept in the URL");

  const last = await browser.evaluate(
    "JSON.parse(document.getElementById('data').textContent).findings.rows.map((r) => r[0])",
  );
  for (const id of last.slice(0, most)) {
    await browser.open(url + "#finding-" + id, 1280);
    const place = await browser.evaluate(
      `(() => { const n = document.getElementById("finding-${id}"); const r = n.getBoundingClientRect(); return { target: n.classList.contains("target"), top: r.top, height: innerHeight }; })()`,
    );
    assert.ok(place.target && place.top >= 0 && place.top < place.height, "#finding-" + id + " is shown");
  }
  const name = await browser.evaluate("document.querySelector('#assets tbody tr').id");
  await browser.open(url + "#" + encodeURIComponent(name), 1280);
  assert.ok(
    await browser.evaluate(
      `document.getElementById(${JSON.stringify(name)}).nextSibling.classList.contains("details")`,
    ),
    "a device's row opens",
  );

  await browser.evaluate(
    "document.querySelector('#drawing .node[role=button]').dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter' }))",
  );
  assert.ok(
    await browser.evaluate("document.querySelectorAll('#drawing .selection tbody tr').length > 0"),
    "a device chosen in the drawing lists its links",
  );

  await browser.evaluate("document.querySelector('#links th:nth-child(6) button').click()");
  assert.equal(
    await browser.evaluate("document.querySelector('#links th:nth-child(6)').getAttribute('aria-sort')"),
    "descending",
    "numbers sort from the largest",
  );
  await browser.evaluate(
    "(() => { const s = document.querySelector('#links input[type=search]'); s.value = 'no such device'; s.dispatchEvent(new Event('input')); })()",
  );
  await browser.evaluate("new Promise((done) => setTimeout(done, 300))");
  assert.equal(
    await browser.evaluate("document.querySelectorAll('#links tbody td').length"),
    1,
    "a search without a match says so",
  );
}

async function main() {
  const options = process.argv.slice(2);
  const value = (flag) => (options.includes(flag) ? options.splice(options.indexOf(flag), 2)[1] : null);
  const shots = value("--screenshots");
  const given = value("--report");
  const brief = options.includes("--brief");
  const scratch = mkdtempSync(join(tmpdir(), "kakoi-report-"));
  const browser = new Browser(join(scratch, "profile"));
  const timer = setTimeout(() => {
    console.error("no answer from the browser within " + DEADLINE_MS / 1000 + " s");
    browser.close();
    process.exit(1);
  }, DEADLINE_MS);
  try {
    let report = given;
    if (!report) {
      execFileSync(options[0], [join(scratch, "out"), "ja"]);
      report = join(scratch, "out", "report.html");
    }
    const url = pathToFileURL(resolve(report)).href;
    await browser.attach();
    const wrong = complaints(browser, url);
    if (shots) mkdirSync(shots, { recursive: true });
    for (const width of WIDTHS) {
      const headings = {};
      for (const language of ["ja", "en"]) {
        headings[language] = await checkPage(browser, url, width, language);
        if (shots) await browser.screenshots(join(shots, width + "-" + language), width);
      }
      assert.notDeepEqual(headings.ja.slice(1), headings.en.slice(1));
    }
    await checkBehaviour(browser, url, brief ? 5 : Infinity);
    await browser.open(url, 1280);
    const { data } = await browser.send("Page.printToPDF", { printBackground: true, preferCSSPageSize: true });
    if (shots) writeFileSync(join(shots, "report.pdf"), Buffer.from(data, "base64"));
    assert.ok(Buffer.from(data, "base64").subarray(0, 5).toString() === "%PDF-", "prints");
    assert.deepEqual(wrong, [], "nothing on the console, no request, no dialog");
    console.log("report in the browser: good, " + readFileSync(report).length + " bytes");
  } finally {
    clearTimeout(timer);
    const gone = new Promise((done) => browser.process.once("exit", done));
    browser.close();
    await gone;
    // its helpers end a little later, and write until then
    rmSync(scratch, { recursive: true, force: true, maxRetries: 20 });
  }
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
