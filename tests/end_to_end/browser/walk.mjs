// A reader's walk through report.html, at the desk and on a telephone: node walk.mjs KAKOI SAMPLE_REPORT [--screenshots DIR]
// KAKOI scans the sample plant; SAMPLE_REPORT (tests/reports/sample_report) writes a report full of traps, and one of
// 5,000 devices and 50,000 links. Run by walk.sh, which installs the packages.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { runInNewContext } from "node:vm";

const require = createRequire(join(resolve(process.env.KAKOI_NODE_MODULES), "package.json"));
const { chromium } = require("playwright-core");
const AXE = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "../../..");
const WIDTHS = [1280, 390];
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

// Japanese in the English report; what comes from the wire, code and the own name of a Japanese standard do not count.
function japaneseText(page) {
  return page.evaluate(() => {
    const found = [];
    const walker = document.createTreeWalker(document.getElementById("page"), NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (node.parentElement.closest("bdi, code, pre, button[lang], option, .hash, .detail, .cite")) continue;
      if (/[\u3041-\u30ff\u4e00-\u9fff]/.test(node.data.replace("(重要インフラ統一基準)", "")))
        found.push(node.parentElement.tagName + "." + node.parentElement.className + ": " + node.data.trim().slice(0, 120));
    }
    return [...new Set(found)].slice(0, 10);
  });
}

// Runs of four English words and more that somebody would read, or hear read out, in the Japanese report with all of it
// unfolded. Not counted: what stands as it came from the wire (bdi), SQL and commands (code, pre: only their comments
// count), the button "English", and the quotations given.
async function englishText(page, quotations) {
  const texts = await page.evaluate(() => {
    const all = (selector) => [...document.querySelectorAll(selector)];
    for (let more = all("button.more"); more.length; more = all("button.more")) for (const button of more) button.click();
    for (const details of all("details")) details.open = true;
    for (const toggle of all('button.toggle[aria-expanded="false"]')) toggle.click();
    const found = [];
    const walker = document.createTreeWalker(document.getElementById("page"), NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const at = node.parentElement;
      if (at.closest("pre.sql, pre, code")) found.push([at.tagName, (node.data.match(/--.*|\/\*[^]*?\*\//g) || []).join("\n")]);
      else if (!at.closest("bdi, button[lang]")) found.push([at.tagName + "." + (at.getAttribute("class") || ""), node.data]);
    }
    for (const name of ["aria-label", "title", "placeholder", "alt"])
      for (const node of all("#page [" + name + "]:not(.copy):not(.toggle):not(.node)")) found.push(["@" + name, node.getAttribute(name)]);
    return [...found, ["title", document.title]];
  });
  const found = new Set();
  for (const [where, text] of texts) {
    const own = quotations.reduce((rest, quotation) => rest.replaceAll(quotation, "…"), text);
    for (const [run] of own.matchAll(/[A-Za-z][A-Za-z'’-]*(?:[ ,;:]+[A-Za-z][A-Za-z'’-]*){3,}/g)) found.add(where + ": " + run);
  }
  return [...found];
}

// What a Japanese report quotes in English: titles of publications that prove a default password, and what the given
// advisory says of itself.
function quotations() {
  const credentials = readFileSync(join(ROOT, "rules/credentials/vendor.yaml"), "utf8");
  const sources = [...credentials.matchAll(/\bsource: *"?(.*?)"?\}?$/gm)].map((m) => m[1]);
  const { document: advisory, vulnerabilities, product_tree: tree } = ADVISORY;
  const made = tree.branches[0];
  return [...sources, advisory.title, vulnerabilities[0].remediations[0].details, made.name + " " + made.branches[0].name];
}
const ADVISORY = {
  document: {
    csaf_version: "2.0",
    category: "csaf_security_advisory",
    title: "Modicon M340 does not check for unusual conditions",
    publisher: { name: "Example CERT", category: "coordinator" },
    tracking: { id: "EX-24-01", status: "final", version: "1", current_release_date: "2024-05-01T00:00:00Z" },
  },
  product_tree: {
    branches: [
      {
        category: "vendor",
        name: "Schneider Electric SE",
        branches: [
          {
            category: "product_name",
            name: "Modicon M340",
            branches: [
              { category: "product_version_range", name: "< 3.01", product: { product_id: "P1", name: "Modicon M340" } },
            ],
          },
        ],
      },
    ],
  },
  vulnerabilities: [
    {
      cve: "CVE-2024-0001",
      product_status: { known_affected: ["P1"] },
      scores: [{ products: ["P1"], cvss_v3: { baseScore: 9.8 } }],
      remediations: [
        { category: "vendor_fix", details: "Install the version from the page of the maker.", product_ids: ["P1"] },
      ],
    },
  ],
};
const POLICY = `site: 第一浄水場
timezone: Asia/Tokyo
zones:
  - {id: office, name: 事務系, kind: it, level: 4, members: [{cidr: 192.168.20.0/24}]}
  - {id: control, name: 監視制御系, kind: ot, level: 2, closed: true, members: [{cidr: 192.168.10.0/24}]}
ranges: [192.168.10.0/24, 192.168.20.0/24]
masters: [192.168.10.30]
`;
const REGISTER = "名称,IPアドレス,型式,ファームウェア\nPLC-1,192.168.10.12,BMX P34 2020,v2.60\n予備RTU,192.168.10.99,,\n";

// The sample plant with all that a scan can be told besides the capture.
function scanInFull(kakoi, scratch) {
  mkdirSync(join(scratch, "csaf"));
  writeFileSync(join(scratch, "csaf", "advisory.json"), JSON.stringify(ADVISORY));
  writeFileSync(join(scratch, "site.yaml"), POLICY);
  writeFileSync(join(scratch, "register.csv"), REGISTER);
  const told = ["--policy", "site.yaml", "--assets", "register.csv", "--advisories", "csaf", "--out", "full", "--quiet"];
  execFileSync(kakoi, ["scan", join(ROOT, "pcaps/sample-plant.pcapng"), ...told], { cwd: scratch });
}

async function english(browser, file) {
  const page = await opened(browser, file, { width: 1280, hash: "#;lang=en" });
  assert.deepEqual(await japaneseText(page), [], "Japanese in the English report");
  await closed(page);
}

// Whatever a library may bring: no text becomes markup or code.
async function guarded(browser, file) {
  const page = await opened(browser, file, { width: 1280 });
  const made = await page.evaluate(() => {
    const refused = (act) => {
      try {
        act();
        return "done";
      } catch (error) {
        return error.name;
      }
    };
    const node = document.createElement("div");
    return [refused(() => (node.innerHTML = "<b>x</b>")), refused(() => node.setAttribute("style", "color: red")), node.children.length, node.style.color];
  });
  assert.deepEqual(made, ["TypeError", "done", 0, ""], "the Content-Security-Policy refuses markup and style from text");
  await page.context().close();
}

async function japanese(browser, file) {
  const page = await opened(browser, file, { width: 1280, hash: "#;lang=ja" });
  assert.deepEqual(await englishText(page, quotations()), [], "English in the Japanese report");
  await closed(page);
}

async function languages(browser, file, width) {
  const page = await opened(browser, file, { width, hash: "#;lang=ja" });
  const heading = () => page.textContent("#findings > h2");
  assert.equal(await heading(), "所見");
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
  const toggle = () => page.locator("#assets tbody .toggle").first();
  const open = () => page.evaluate(() => Boolean(document.querySelector("#assets tbody tr").nextSibling.matches(".details")));
  await toggle().click();
  assert.ok(await open(), "a row unfolds");
  await page.click("header button[lang=ja]");
  assert.ok(await open(), "and stays so in the other language");
  await page.click("header button[lang=en]");
  await toggle().click();
  assert.ok(!(await open()), "and folds");
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

// Each choice of each filter, alone, shows as many rows as it names; so does a cell of the matrix, and names its zones.
async function filters(browser, file, width) {
  const page = await opened(browser, file, { width, hash: "#;lang=ja" });
  const wrong = await page.evaluate(() => {
    const choose = (select, value) => {
      select.value = value;
      select.dispatchEvent(new Event("change"));
    };
    const found = (box) => parseInt(box.querySelector(".count").textContent.replaceAll(",", ""), 10);
    const faults = [];
    for (const bar of document.querySelectorAll("main .bar:has(select)")) {
      const selects = [...bar.querySelectorAll("select")];
      for (const select of selects)
        for (const { value, textContent } of [...select.options].slice(1)) {
          for (const other of selects) choose(other, other === select ? value : "");
          const told = parseInt(/\(([\d,]+)\)$/.exec(textContent)[1].replaceAll(",", ""), 10);
          if (found(bar) !== told) faults.push(bar.closest("section").id + ": " + textContent + " shows " + found(bar));
        }
    }
    for (let i = 0; i < document.querySelectorAll("#drawing .matrix td button").length; ++i) {
      const cell = document.querySelectorAll("#drawing .matrix td button")[i];
      const told = parseInt(cell.querySelector("b").textContent.replaceAll(",", ""), 10);
      cell.click();
      const bar = document.querySelector("#links .bar");
      const zones = [...bar.querySelectorAll("select")].slice(-2);
      if (found(bar) !== told || zones.some((s) => s.options.length > 1 && !s.value))
        faults.push("matrix: " + cell.textContent + " shows " + found(bar) + " of " + zones.map((s) => s.selectedOptions[0]?.textContent));
    }
    return faults;
  });
  assert.deepEqual(wrong, [], "rows behind a choice");
  await closed(page);
}

async function diagram(browser, file, width) {
  const page = await opened(browser, file, { width, hash: "#drawing;lang=en" });
  const place = () =>
    page.evaluate(() => {
      const { x, y, width } = document.querySelector("#drawing .viewport").getBoundingClientRect();
      return { x, y, width };
    });
  const shown = () => page.textContent("#drawing .zooming output");
  const before = await place();
  const button = (n) => page.click("#drawing .zooming button:nth-of-type(" + n + ")");
  await button(2);
  await button(2);
  assert.ok((await place()).width > before.width * 1.9, "zoomed in: " + before.width + " to " + (await place()).width);
  assert.equal(await shown(), "200%");
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(overflow <= 0, "zooming widens the page by " + overflow);
  const frame = page.locator("#drawing .frame-of-drawing");
  await frame.focus();
  const zoomed = await place();
  await page.keyboard.press("ArrowRight");
  assert.ok((await place()).x < zoomed.x - 10, "an arrow key moves the drawing");
  await page.keyboard.press("-");
  assert.equal(await shown(), "150%");
  await page.keyboard.press("+");
  assert.equal(await shown(), "200%");
  if (width > 700) {
    const box = await frame.boundingBox();
    const middle = [box.x + box.width / 2, box.y + Math.min(box.height, 600) / 2];
    const held = await place();
    await page.mouse.move(...middle);
    await page.mouse.down();
    await page.mouse.move(middle[0] + 60, middle[1] + 40, { steps: 4 });
    await page.mouse.up();
    const dragged = await place();
    assert.ok(Math.abs(dragged.x - held.x - 60) < 2 && Math.abs(dragged.y - held.y - 40) < 2, "dragged along");
    await page.keyboard.down("Control");
    await page.mouse.wheel(0, -240);
    await page.keyboard.up("Control");
    assert.ok((await place()).width > dragged.width * 1.1, "Ctrl and the wheel zoom");
    const scale = await shown();
    const scrolled = await page.evaluate(() => scrollY);
    await page.mouse.wheel(0, 200);
    await page.waitForFunction((y) => scrollY > y, scrolled);
    assert.equal(await shown(), scale, "the wheel alone scrolls the page");
  }
  // a box outside the frame comes into it with the keyboard
  const hidden = await page.evaluate(() => {
    const frame = document.querySelector("#drawing .canvas").getBoundingClientRect();
    const away = [...document.querySelectorAll("#drawing .node[tabindex]")].find((n) => {
      const box = n.getBoundingClientRect();
      return box.right < frame.left || box.left > frame.right || box.bottom < frame.top || box.top > frame.bottom;
    });
    away?.focus({ preventScroll: true });
    const box = away?.getBoundingClientRect();
    return box && { inside: box.left >= frame.left && box.right <= frame.right && box.top >= frame.top && box.bottom <= frame.bottom };
  });
  assert.ok(!hidden || hidden.inside, "the box in focus is in the frame");
  await button(3);
  assert.equal(await shown(), "100%");
  assert.ok(Math.abs((await place()).width - before.width) < 1, "and all of it again");
  const views = page.locator("#drawing .legend .choice button");
  assert.ok((await views.count()) >= 2, "the drawing has views");
  for (let i = 0; i < (await views.count()); ++i) {
    await views.nth(i).click();
    assert.equal(await views.nth(i).getAttribute("aria-pressed"), "true");
    assert.ok((await page.locator("#drawing .canvas .zone").count()) > 1, "zones are drawn");
    assert.deepEqual(await page.evaluate(DRAWING_FAULTS), [], "the drawing, view " + i);
  }
  await closed(page);
}

// What nobody would draw by hand: boxes or zones upon each other, boxes outside their zone's rows, levels upside down.
const DRAWING_FAULTS = `(() => {
  const faults = [];
  const boxes = (selector) => [...document.querySelectorAll("#drawing .canvas " + selector)].map((n) => n.getBBox());
  const apart = (a, b) => a.x + a.width <= b.x + 0.1 || b.x + b.width <= a.x + 0.1 || a.y + a.height <= b.y + 0.1 || b.y + b.height <= a.y + 0.1;
  const zones = boxes(".zone-shape");
  const nodes = boxes(".node rect");
  for (const [what, list] of [["zones", zones], ["boxes", nodes]])
    list.forEach((a, i) => list.slice(0, i).some((b) => !apart(a, b)) && faults.push(what + " overlap at " + Math.round(a.x) + "," + Math.round(a.y)));
  const within = (a, b) => a.x >= b.x - 0.1 && a.x + a.width <= b.x + b.width + 0.1 && a.y >= b.y - 0.1 && a.y + a.height <= b.y + b.height + 0.1;
  for (const node of nodes) if (!zones.some((zone) => within(node, zone))) faults.push("a box outside its zone");
  const { x, y, width, height } = document.querySelector("#drawing .canvas").viewBox.baseVal;
  for (const zone of zones) if (!within(zone, { x, y, width, height })) faults.push("a zone outside the drawing");
  const levels = [...document.querySelectorAll("#drawing .canvas .zone-name")]
    .map((n) => [parseFloat(n.querySelector(".zone-level")?.textContent.slice(1)), n.getBBox().y])
    .filter(([level]) => !Number.isNaN(level));
  for (const [a, ay] of levels) for (const [b, by] of levels) if (a > b && ay >= by) faults.push("level " + a + " below level " + b);
  // a line crosses no zone but those of its ends
  const grown = (b, by) => ({ x: b.x - by, y: b.y - by, width: b.width + 2 * by, height: b.height + 2 * by });
  const holds = (b, p) => p.x > b.x && p.x < b.x + b.width && p.y > b.y && p.y < b.y + b.height;
  for (const edge of document.querySelectorAll("#drawing .canvas path.edge")) {
    const length = edge.getTotalLength();
    const ends = [edge.getPointAtLength(0), edge.getPointAtLength(length)];
    const foreign = zones.filter((zone) => !ends.some((end) => holds(grown(zone, 2), end)));
    for (let at = 0; at < length; at += 6) {
      const crossed = foreign.find((zone) => holds(grown(zone, -2), edge.getPointAtLength(at)));
      if (crossed) { faults.push("a line over a zone at " + Math.round(crossed.x) + "," + Math.round(crossed.y) + ": " + edge.getAttribute("d").slice(0, 40)); break; }
    }
  }
  const dark = [...document.querySelectorAll("#drawing .canvas .node rect")].filter((n) => getComputedStyle(n).fill !== "rgb(255, 255, 255)");
  if (dark.length) faults.push("boxes filled with " + getComputedStyle(dark[0]).fill);
  return faults.slice(0, 5);
})()`;

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
  // "its devices": the subject with each of those that are named beside it, and with nobody else
  const faults = await page.locator("#findings .entry").evaluateAll((entries) =>
    entries.flatMap((entry) => {
      const [, ...others] = [...entry.querySelectorAll(".parties > div")]
        .filter((d) => ["Subject", "Peer", "Devices involved"].includes(d.querySelector("dt").textContent))
        .map((d) => d.querySelectorAll("dd .asset").length);
      const told = [...entry.querySelectorAll(".copy")].find((b) => /devices?$/.test(b.textContent));
      if (!told) return [];
      const partners = others.reduce((sum, n) => sum + n, 0);
      const both = told.textContent === "Copy filter for its devices";
      return both === told.title.includes(" && ") && both === (partners > 0 && partners <= 12) ? [] : [entry.id + ": " + told.title];
    }),
  );
  assert.deepEqual(faults, [], "filters for devices");
  await closed(page);
  return titles;
}

// What the policy declares is told as such: some of it, all of it, or (above) nothing.
async function declaredOutside(browser, kakoi, scratch) {
  const said = async (name, cidr, language) => {
    const out = join(scratch, name);
    writeFileSync(join(scratch, name + ".yaml"), POLICY + "allowed_external: [{name: upkeep, cidr: " + cidr + "}]\n");
    execFileSync(kakoi, ["scan", join(ROOT, "pcaps/sample-plant.pcapng"), "--policy", join(scratch, name + ".yaml"), "--quiet", "-o", out]);
    const page = await opened(browser, join(out, "report.html"), { width: 1280, hash: "#;lang=" + language });
    const text = await page.innerText("#summary .conclusion");
    const listed = await page.locator("#external tbody tr[id]").count();
    await closed(page);
    assert.ok(listed > 0, "outside contacts are listed");
    return text;
  };
  assert.match(await said("some", "52.68.10.20/32", "ja"), /申告のない外部アドレスとの通信が[1-9]\d*件成立/);
  const all = /外部アドレスとの通信は、ポリシーで申告済みのもの（(\d+)件、うち成立(\d+)件）だけ/.exec(await said("all", "0.0.0.0/0", "ja"));
  assert.ok(Number(all?.[1]) > Number(all?.[2]) && Number(all?.[2]) > 0, "declared traffic is counted: " + all?.[0]);
  assert.match(await said("all", "0.0.0.0/0", "en"), new RegExp("declared in the policy \\(" + all[1] + "; " + all[2] + " established\\)"));
}

// sample.sql: who began with 203.0.113.123 and .40 was seen, with 198.51.100.77 it was not.
async function directions(browser, file) {
  const page = await opened(browser, file, { width: 1280, hash: "#external;lang=en" });
  const rows = await page.locator("#external tbody tr").allInnerTexts();
  const of = (address) => rows.filter((r) => r.includes(address)).join(" ");
  assert.match(of("203.0.113.40"), /outbound/);
  assert.match(of("198.51.100.77"), /who began not seen/);
  assert.doesNotMatch(of("198.51.100.77"), /outbound|inbound|both ways/);
  // the same in the matrix of zones, and in the table that its cell opens
  const note = page.locator("#drawing .matrix button", { hasText: "who began not seen" });
  assert.equal(await note.count(), 1, "cells with such a link");
  assert.match(await note.innerText(), /who began not seen 1/);
  await note.click();
  await inView(page, "links");
  const guessed = (await page.locator("#links tbody tr").allInnerTexts()).filter((r) => r.includes("who began not seen"));
  assert.equal(guessed.length, 1, "links whose beginner was not seen");
  assert.match(guessed[0], /198\.51\.100\.77/);
  await closed(page);
}

// A line of the drawing has an arrow where who began was seen, and one side alone began.
function arrows() {
  const source = readFileSync(join(ROOT, "reports/html/layout.js"), "utf8");
  const drawnEdges = runInNewContext(source + "\ndrawnEdges", { succeeded: () => true });
  const links = [
    [0, 1, true], [1, 0, false], // a guess the other way
    [2, 1, false], // nothing but a guess
    [3, 2, false], [2, 3, true], // the guess comes first
    [4, 5, true], [5, 4, true],
  ].map(([client, server, client_known]) => ({ client, server, client_known, domain: "it" }));
  const edges = drawnEdges({ links, badPairs: new Set() }, (asset) => asset);
  const drawn = edges.map((e) => (e.oneWay ? e.from + " > " + e.to : Math.min(e.from, e.to) + " - " + Math.max(e.from, e.to)));
  assert.deepEqual([...drawn].sort(), ["0 > 1", "1 - 2", "2 > 3", "4 - 5"]);
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
  const upsideDown = await page.evaluate(() => {
    const size = (n) => parseFloat(getComputedStyle(n).fontSize);
    const says = (n) => n.getClientRects().length && [...n.childNodes].some((c) => c.nodeType === 3 && c.data.trim());
    const found = [];
    for (const [whole, main] of [["table.data td", null], [".entry", ".detail"], ["table.data", "tbody td"]])
      for (const box of document.querySelectorAll("main > section:not(#summary) " + whole)) {
        const most = size((main && box.querySelector(main)) || box);
        for (const n of box.querySelectorAll("*"))
          if (says(n) && n.tagName !== "H5" && size(n) > most + 0.01)
            found.push(box.closest("section").id + " " + n.tagName + "." + n.className + ": " + size(n) + " > " + most);
      }
    return [...new Set(found)].slice(0, 10);
  });
  assert.deepEqual(upsideDown, [], "what stands beside the main text is no larger than it");
  assert.equal(await page.locator("main .lead .on-screen:visible").count(), 0, "hints that paper cannot follow");
  // the verdicts of the first framework are on the page, and paper tells that there are more
  const verdicts = await page.evaluate(() => ({
    rows: document.querySelectorAll("#verdict-table tbody tr").length,
    all: JSON.parse(document.getElementById("data").textContent).verdicts.rows.length,
    told: document.querySelector("#verdict-table .paper").innerText.replaceAll(",", ""),
  }));
  if (verdicts.rows === verdicts.all) assert.equal(verdicts.told, "");
  else assert.match(verdicts.told, new RegExp("のみ（" + verdicts.rows + " / " + verdicts.all + "件）.*verdicts\\.csv"));
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

// From opening to a drawn page, beside a page of the same data that does nothing but write its devices one under
// the other: what the browser and the machine cost is in both. Seconds are not compared, a busy machine has its own.
async function drawnInTime(browser, file, plain, width) {
  const data = readFileSync(file, "utf8").match(/<script type="application\/json" id="data">.*?<\/script>/s)[0];
  writeFileSync(
    plain,
    `<!DOCTYPE html><meta charset="utf-8"><table></table>${data}<script>
       for (const device of JSON.parse(document.getElementById("data").textContent).assets.rows) {
         const row = document.querySelector("table").insertRow();
         for (const value of device) row.insertCell().textContent = value;
       }
     </script>`,
  );
  const ratios = [];
  while (ratios.length < 5 && !(ratios.at(-1) < 1)) {
    const times = [];
    for (const each of [plain, file]) {
      const started = performance.now();
      const page = await opened(browser, each, { width });
      times.push(Math.round(performance.now() - started));
      await closed(page);
    }
    ratios.push(times[1] / times[0]);
    console.log("  " + statSync(file).size + " bytes drawn in " + times[1] + " ms, as a plain table in " + times[0] + " ms, at " + width + " px");
  }
  assert.ok(ratios.at(-1) < 1, ratios.map((r) => r.toFixed(2)).join(", ") + " times the plain table");
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
        if (name === "large" && width !== WIDTHS[0]) continue; // its size shows in time, below, not in layout
        const where = name + ", " + width + " px";
        await test("languages: " + where, () => languages(browser, file, width));
        await test("search: " + where, () => searches(browser, file, width));
        await test("tables: " + where, () => tables(browser, file, width));
        await test("filters: " + where, () => filters(browser, file, width));
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
      await test("5,000 devices and 50,000 links are drawn in the time of a plain table of the devices, " + width + " px", () =>
        drawnInTime(browser, reports.large, join(scratch, "plain.html"), width),
      );
    }
    scanInFull(kakoi, scratch);
    for (const name of ["plant", "traps", "full"])
      await test("no English in the Japanese report: " + name, () => japanese(browser, join(scratch, name, "report.html")));
    // the others have Japanese names
    await test("no Japanese in the English report: plant", () => english(browser, reports.plant));
    await test("no markup from text", () => guarded(browser, reports.plant));
    await test("copies", () => copies(browser, reports.plant));
    await test("declared outside traffic", () => declaredOutside(browser, kakoi, scratch));
    await test("who began", () => directions(browser, reports.traps));
    await test("arrows", arrows);
    for (const name of ["plant", "traps"]) await test("print: " + name, () => prints(browser, reports[name]));
  } finally {
    await browser.close();
    rmSync(scratch, { recursive: true, force: true, maxRetries: 20 });
  }
  console.log(passed + " passed, " + failed + " failed");
  process.exitCode = failed || !passed ? 1 : 0;
}

main().catch((error) => {
  console.log(String(error.stack || error));
  console.log(passed + " passed, " + (failed + 1) + " failed");
  process.exitCode = 1;
});
