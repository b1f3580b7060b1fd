// Bundles libraries.js with the packages beside it: node bundle.mjs OUT, run by CMake in its own folder.
// The script is left readable, for whoever audits a report, and opens with the licences of all that is in it.
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const { outputFiles, metafile } = await build({
  absWorkingDir: here,
  entryPoints: ["libraries.js"],
  bundle: true,
  format: "iife",
  globalName: "libraries",
  target: "es2022",
  charset: "utf8",
  define: { "process.env.NODE_ENV": '"production"' },
  legalComments: "none", // they are in the licences below
  metafile: true,
  write: false,
  logLevel: "warning",
});

const used = Object.keys(Object.values(metafile.outputs)[0].inputs);
const names = new Set(used.map((path) => path.match(/^node_modules\/((?:@[^/]+\/)?[^/]+)/)?.[1]).filter(Boolean));
const byText = new Map(); // packages of one licence text share it
for (const name of [...names].sort()) {
  const { version, license } = JSON.parse(readFileSync(join(here, "node_modules", name, "package.json"), "utf8"));
  const text = readFileSync(join(here, "node_modules", name, "LICENSE"), "utf8").trim().replaceAll("*/", "* /");
  byText.set(text, [...(byText.get(text) || []), `${name} ${version} (${license})`]);
}
const notices = [...byText].map(([text, packages]) => "/*\n" + packages.join(", ") + "\n\n" + text + "\n*/\n");
writeFileSync(process.argv[2], notices.join("") + outputFiles[0].text);
