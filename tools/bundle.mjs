// Builds nnlib/simulations/bundles/ from nnlib/simulations/js/: one script and one style sheet a
// simulation, the same bytes on every machine. `--check` writes nothing and fails when one is stale.
// Names (`npm run bundle activation_gallery`) restrict either to these simulations.

import { build } from "esbuild";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { minify } from "terser";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const source = join(root, "nnlib/simulations/js");
const target = join(root, "nnlib/simulations/bundles");
const BUDGET = 15_000; // bytes, gzipped, script and style together
// What trains two kinds of network live, in six runs at once, and draws every unit of them, needs more.
const BUDGETS = { network_learns: 22_000 };

const all = readdirSync(source).filter((file) => file.endsWith(".js")).map((file) => file.slice(0, -3));
const names = process.argv.slice(2).filter((word) => !word.startsWith("--"));
const { outputFiles } = await build({
  entryPoints: (names.length ? names : all).map((name) => join(source, `${name}.js`)),
  outdir: target,
  absWorkingDir: root,
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  charset: "utf8",
  legalComments: "none",
  write: false,
});

// Left out of a style: tokens that neither it nor the script names. Saves 300 of 2,700 bytes.
const text = (path) => outputFiles.find((file) => file.path === path)?.text ?? "";
for (const file of outputFiles.filter(({ path }) => path.endsWith(".css"))) {
  const css = file.text.replace(/(--nn-[\w-]+):[^;}]*[;}]/g, "");
  const named = new Set((css + text(file.path.replace(/css$/, "js"))).match(/--nn-[\w-]+/g));
  const kept = file.text.replace(/(--nn-[\w-]+):[^;}]*;?/g, (token, name) => (named.has(name) ? token : ""));
  file.contents = Buffer.from(kept);
}

// A second pass over what esbuild has packed: 600 bytes fewer, a feature more within the budget.
for (const file of outputFiles.filter(({ path }) => path.endsWith(".js"))) {
  const { code } = await minify(file.text, { module: true, ecma: 2020, compress: { passes: 3 } });
  file.contents = Buffer.from(code);
}

const check = process.argv.includes("--check");
const complaints = [];
const weights = {};
for (const { path, contents } of outputFiles) {
  const name = basename(path).replace(/\.(js|css)$/, "");
  weights[name] = (weights[name] ?? 0) + gzipSync(contents, { level: 9 }).length;
  if (check) {
    if (!same(path, contents)) complaints.push(`${basename(path)} is stale: run \`npm run bundle\``);
  } else {
    mkdirSync(target, { recursive: true });
    writeFileSync(path, contents);
  }
}
for (const file of readdirSync(target)) {
  if (/\.(js|css)$/.test(file) && !all.includes(file.replace(/\.\w+$/, ""))) complaints.push(`${file} has no source`);
}
for (const [name, bytes] of Object.entries(weights)) {
  if (!check) console.log(`${name}: ${bytes} bytes gzipped`);
  const budget = BUDGETS[name] ?? BUDGET;
  if (bytes > budget) complaints.push(`${name} weighs ${bytes} bytes gzipped, more than ${budget}`);
}
complaints.forEach((line) => console.error(line));
process.exit(complaints.length ? 1 : 0);

function same(path, contents) {
  try {
    return Buffer.compare(readFileSync(path), contents) === 0;
  } catch {
    return false;
  }
}
