// A reader's walk through report.html, at the desk and on a telephone: node walk.mjs KAKOI SAMPLE_REPORT [--screenshots DIR]
// KAKOI scans the sample plant; SAMPLE_REPORT (tests/reports/sample_report) writes a report full of traps, and one of
// 5,000 devices and 50,000 links. Run by walk.sh, which installs the packages.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const require = createRequire(join(resolve(process.env.KAKOI_NODE_MODULES), "package.json"));
const { chromium } = require("playwright-core");
const AXE = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "../../..");
const WIDTHS = [1280, 390];
const MOST_MS = 3000; // from opening to a drawn page, with 5,000 devices and 50,000 links
const SECTIONS = 13;

let passed = 0;
let failed = 0;
async function test(name, walk) {
  try {
    await walk();
    passed += 1;
  } catch (error) {
    failed += 1;
    console.log("FAILED " + name + "\n  " + String(error.stack || error).replaceAll("\n", "\n  "));
  }
}

// A page that notes whatever it should not do: errors, dialogs, a request to anywhere.
async function opened(browser, file, { width, hash = "", print = false } = {}) {
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    deviceScaleFactor: 1,
    isMobile: width < 700,
    hasTouch: width < 700,
  });
  const page = await context.newPage();
  const url = pathToFileURL(file).href;
  page.wrong = [];
  page.on("console", (m) => ["error", "warning"].includes(m.type()) && page.wrong.push(m.type() + ": " + m.text()));
  page.on("pageerror", (error) => page.wrong.push("exception: " + error.message));
  page.on("request", (r) => r.url().split("#")[0] !== url && page.wrong.push("request: " + r.url()));
  page.on("dialog", (d) => (page.wrong.push("dialog: " + d.message()), d.dismiss()));
  if (print) await page.emulateMedia({ media: "print" });
  await page.goto(url + hash);
  await settled(page);
  return page;
}
async function settled(page) {
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0))));
}
async function closed(page) {
  assert.deepEqual(page.wrong, [], "nothing on the console, no request, no dialog");
  await page.context().close();
}
async function inView(page, id) {
  await settled(page);
  const place = await page.evaluate((wanted) => {
    const node = document.getElementById(wanted);
    const box = node?.getBoundingClientRect();
    return node && { top: box.top, height: innerHeight, target: node.classList.contains("target") };
  }, id);
  assert.ok(place, id + " is there");
  assert.ok(place.top >= -1 && place.top < place.height, id + " is in view: " + JSON.stringify(place));
}

async function accessible(page, where) {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  const grave = violations
    .filter((v) => v.impact === "serious" || v.impact === "critical")
    .map((v) => v.id + " (" + v.impact + "): " + v.nodes.slice(0, 3).map((n) => n.html.slice(0, 160)).join(" | "));
  assert.deepEqual(grave, [], "axe-core, " + where);
}

// Sentences of the other language; what comes from the wire, names and code do not count.
function foreignText(page, language) {
  return page.evaluate((wanted) => {
    const found = [];
    const walker = document.createTreeWalker(document.getElementById("page"), NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (node.parentElement.closest("bdi, code, pre, button[lang], option, .hash, .detail, .cite")) continue;
      const text = node.data.trim();
      const foreign = wanted === "ja" ? /(?:\b[A-Za-z][a-z']+\b[ ,]+){4,}[a-z]/ : /[\u3041-\u30ff\u4e00-\u9fff]/;
      if (foreign.test(text)) found.push(node.parentElement.tagName + "." + node.parentElement.className + ": " + text.slice(0, 120));
    }
    return [...new Set(found)].slice(0, 10);
  }, language);
}

async function languages(browser, file, width) {
  const page = await opened(browser, file, { width, hash: "#;lang=ja" });
  const heading = () => page.textContent("#findings > h2");
  assert.equal(await heading(), "所見");
  assert.deepEqual(await foreignText(page, "ja"), [], "English in the Japanese report");
  await page.click("header button[lang=en]");
  await settled(page);
  assert.equal(await heading(), "Findings");
  assert.match(page.url(), /lang=en/);
  assert.equal(await page.getAttribute("html", "lang"), "en");
  await page.click("header button[lang=ja]");
  await settled(page);
  assert.equal(await heading(), "所見");
  assert.equal(await page.locator("main > section").count(), SECTIONS);
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(overflow <= 0, "the page is " + overflow + " px too wide");
  await closed(page);
}

async function searches(browser, file, width) {
  const page = await opened(browser, file, { width, hash: "#;lang=en" });
  const name = await page.evaluate(() => document.querySelector("#assets tbody tr[id] bdi").textContent);
  const box = page.locator("header input[type=search]");
  await box.fill(name);
  await page.waitForSelector("#hits a");
  assert.ok((await page.locator("#hits a").count()) > 0, "hits for " + name);
  const target = await page.locator("#hits a").last().getAttribute("href");
  await page.locator("#hits a").last().click();
  assert.ok(await page.locator("#hits").isHidden(), "the hits close");
  await inView(page, decodeURIComponent(target.slice(1)).split(";")[0]);
  await box.fill("no such thing anywhere");
  await page.waitForFunction(() => document.querySelector("#hits:not([hidden]) p.muted"));
  await page.keyboard.press("Escape");
  assert.ok(await page.locator("#hits").isHidden(), "Escape closes the hits");
  await closed(page);
}

async function tables(browser, file, width) {
  const page = await opened(browser, file, { width, hash: "#;lang=en" });
  const rows = () => page.locator("#links tbody tr").count();
  const shown = () => page.textContent("#links .count");
  const all = await shown();
  if (width > 700) {
    const values = () =>
      page.evaluate(() => [...document.querySelectorAll("#risk tbody tr[id]")].map((r) => parseFloat(r.querySelector(".risk-score").textContent)));
    const sorted = (list, sign) => list.every((v, i) => i === 0 || sign * (v - list[i - 1]) >= 0);
    assert.ok(sorted(await values(), -1), "the highest risk comes first");
    await page.click("#risk thead th:nth-child(2) button");
    await page.click("#risk thead th:nth-child(2) button");
    assert.equal(await page.getAttribute("#risk thead th:nth-child(2)", "aria-sort"), "ascending");
    assert.ok(sorted(await values(), 1), "sorted the other way round");
  }
  const filter = page.locator("#links select").first();
  const option = await filter.locator("option").nth(1).getAttribute("value");
  await filter.selectOption(option);
  assert.notEqual(await shown(), all, "a filter leaves fewer links");
  await filter.selectOption("");
  assert.equal(await shown(), all);
  await page.fill("#links input[type=search]", "zzz no such device");
  await page.waitForFunction(() => document.querySelector("#links td.nothing"));
  await page.fill("#links input[type=search]", "");
  await page.waitForFunction((text) => document.querySelector("#links .count").textContent === text, all);
  assert.ok((await rows()) > 5);
  const cell = page.locator("#drawing .matrix td button").first();
  const links = parseInt((await cell.locator("b").textContent()).replaceAll(",", ""), 10);
  await cell.click();
  await inView(page, "links");
  assert.equal(parseInt((await shown()).replaceAll(",", ""), 10), links, "a cell of the matrix lists its links");
  await closed(page);
}

async function diagram(browser, file, width) {
  const page = await opened(browser, file, { width, hash: "#drawing;lang=en" });
  const size = () => page.evaluate(() => document.querySelector("#drawing .canvas").getBoundingClientRect().width);
  const before = await size();
  await page.click("#drawing .zooming button:nth-of-type(2)");
  await page.click("#drawing .zooming button:nth-of-type(2)");
  assert.ok((await size()) > before * 1.9, "zoomed in: " + before + " to " + (await size()));
  assert.equal(await page.textContent("#drawing .zooming output"), "200%");
  const scrolls = await page.evaluate(() => {
    const frame = document.querySelector("#drawing .drawing .scroll");
    return frame.scrollWidth > frame.clientWidth;
  });
  assert.ok(scrolls, "what is larger than its frame scrolls");
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(overflow <= 0, "zooming widens the page by " + overflow);
  await page.click("#drawing .zooming button:nth-of-type(1)");
  await page.click("#drawing .zooming button:nth-of-type(3)");
  assert.ok(Math.abs((await size()) - before) < 1, "and out again");
  const views = page.locator("#drawing .legend .choice button");
  for (let i = 0; i < (await views.count()); ++i) {
    await views.nth(i).click();
    assert.equal(await views.nth(i).getAttribute("aria-pressed"), "true");
    assert.ok((await page.locator("#drawing .canvas .zone").count()) > 1, "zones are drawn");
  }
  await closed(page);
}

async function deepLinks(browser, file, width) {
  const page = await opened(browser, file, { width, hash: "#;lang=en" });
  const ids = await page.evaluate(() => {
    const tables = JSON.parse(document.getElementById("data").textContent);
    const first = (name) => tables[name].rows[0];
    const verdict = tables.verdicts.rows.at(-1);
    return ["finding-" + tables.findings.rows.at(-1)[0], "risk-" + first("risk")[0], "control-" + verdict[0] + "-" + verdict[1],
      "asset-" + tables.assets.rows.find((r) => r[2] === "local")[0], "coverage"];
  });
  await closed(page);
  for (const id of ids) {
    const there = await opened(browser, file, { width, hash: "#" + encodeURIComponent(id) + ";lang=en" });
    await inView(there, id);
    await closed(there);
  }
}

async function copies(browser, file) {
  const page = await opened(browser, file, { width: 1280, hash: "#;lang=en" });
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  const entry = page.locator("#findings .entry").first();
  const buttons = entry.locator(".copy");
  assert.ok((await buttons.count()) >= 3, "SQL and display filters beside a finding");
  for (let i = 0; i < (await buttons.count()); ++i) {
    const wanted = await buttons.nth(i).getAttribute("title");
    await buttons.nth(i).click();
    await page.waitForFunction(async (text) => (await navigator.clipboard.readText()) === text, wanted);
  }
  const titles = await buttons.evaluateAll((list) => list.map((b) => b.title));
  assert.ok(titles.some((t) => /^\s*(select|with)\b/i.test(t)), "one copies the SQL");
  assert.ok(titles.some((t) => /^frame\.number == \d+/.test(t)), "one copies the filter of its packets");
  await closed(page);
  return titles;
}

async function prints(browser, file) {
  // 794 px are the width of A4 at 96 dpi; the margins take 91 of them
  const page = await opened(browser, file, { width: 703, hash: "#;lang=ja", print: true });
  const wide = await page.evaluate(() =>
    [...document.querySelectorAll("main table, main svg.canvas, main pre")]
      .filter((n) => n.getBoundingClientRect().width > document.documentElement.clientWidth + 1)
      .map((n) => (n.closest("section")?.id || "") + " " + n.className.toString()),
  );
  assert.deepEqual(wide, [], "nothing is wider than the paper");
  const pdf = await page.pdf({ preferCSSPageSize: true, printBackground: true });
  assert.equal(pdf.subarray(0, 5).toString(), "%PDF-");
  const boxes = pdf.toString("latin1").match(/\/MediaBox \[[^\]]*\]/g);
  assert.ok(boxes.length > 3, boxes.length + " pages");
  for (const box of boxes) {
    const [, , x, y] = box.match(/[\d.]+/g).map(Number);
    assert.ok(Math.abs(x - 595) < 2 && Math.abs(y - 842) < 2, "A4: " + box);
  }
  await closed(page);
  return pdf;
}

async function main() {
  const options = process.argv.slice(2);
  const at = options.indexOf("--screenshots");
  const shots = at < 0 ? null : options.splice(at, 2)[1];
  const [kakoi, sampleReport] = options.map((o) => resolve(o));
  const scratch = mkdtempSync(join(tmpdir(), "kakoi-walk-"));
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || "chromium", args: ["--no-sandbox"] });
  try {
    execFileSync(kakoi, ["scan", join(ROOT, "pcaps/sample-plant.pcapng"), "--quiet", "-o", join(scratch, "plant")]);
    execFileSync(sampleReport, [join(scratch, "traps"), "ja"]);
    execFileSync(sampleReport, [join(scratch, "large"), "ja", "5000", "50000"]);
    const reports = Object.fromEntries(["plant", "traps", "large"].map((name) => [name, join(scratch, name, "report.html")]));
    for (const width of WIDTHS) {
      for (const [name, file] of Object.entries(reports)) {
        const where = name + ", " + width + " px";
        await test("languages: " + where, () => languages(browser, file, width));
        await test("search: " + where, () => searches(browser, file, width));
        await test("tables: " + where, () => tables(browser, file, width));
        await test("diagram: " + where, () => diagram(browser, file, width));
        await test("deep links: " + where, () => deepLinks(browser, file, width));
        await test("accessibility: " + where, async () => {
          for (const language of ["ja", "en"]) {
            const page = await opened(browser, file, { width, hash: "#;lang=" + language });
            await accessible(page, language);
            assert.deepEqual(page.wrong, []);
            if (shots) {
              mkdirSync(shots, { recursive: true });
              for (const id of await page.evaluate(() => [...document.querySelectorAll("main > section")].map((s) => s.id)))
                await page.locator("#" + id).screenshot({ path: join(shots, [name, width, language, id].join("-") + ".png") }).catch(() => {});
            }
            await page.context().close();
          }
        });
      }
      await test("5,000 devices and 50,000 links are drawn in " + MOST_MS + " ms, " + width + " px", async () => {
        const times = [];
        while (times.length < 5 && !(times.at(-1) < MOST_MS)) {
          const started = performance.now();
          const page = await opened(browser, reports.large, { width });
          times.push(Math.round(performance.now() - started));
          await closed(page);
        }
        console.log("  " + statSync(reports.large).size + " bytes drawn in " + times.join(", ") + " ms at " + width + " px");
        assert.ok(times.at(-1) < MOST_MS, times.join(", ") + " ms");
      });
    }
    await test("copies", () => copies(browser, reports.plant));
    for (const name of ["plant", "traps"]) await test("print: " + name, () => prints(browser, reports[name]));
  } finally {
    await browser.close();
    rmSync(scratch, { recursive: true, force: true, maxRetries: 5 });
  }
  console.log(passed + " passed, " + failed + " failed");
  process.exitCode = failed || !passed ? 1 : 0;
}

main().catch((error) => {
  console.log(String(error.stack || error));
  console.log(passed + " passed, " + (failed + 1) + " failed");
  process.exitCode = 1;
});
