// Builds nnlib/simulations/bundles/ from nnlib/simulations/js/: one script and one style sheet a
// simulation, the same bytes on every machine. `--check` builds nothing and fails when one is stale.

import { build } from "esbuild";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const source = join(root, "nnlib/simulations/js");
const target = join(root, "nnlib/simulations/bundles");
const BUDGET = 15_000; // bytes, gzipped, script and style together

const { outputFiles } = await build({
  entryPoints: readdirSync(source).filter((file) => file.endsWith(".js")).map((file) => join(source, file)),
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

// A token that neither the script nor the rest of its style names is left out of the style.
const text = (path) => outputFiles.find((file) => file.path === path)?.text ?? "";
for (const file of outputFiles.filter(({ path }) => path.endsWith(".css"))) {
  const css = file.text.replace(/(--nn-[\w-]+):[^;}]*[;}]/g, "");
  const named = new Set((css + text(file.path.replace(/css$/, "js"))).match(/--nn-[\w-]+/g));
  const kept = file.text.replace(/(--nn-[\w-]+):[^;}]*;?/g, (all, name) => (named.has(name) ? all : ""));
  file.contents = Buffer.from(kept);
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
const built = new Set(outputFiles.map(({ path }) => basename(path)));
for (const file of readdirSync(target)) {
  if (/\.(js|css)$/.test(file) && !built.has(file)) complaints.push(`${file} has no source`);
}
for (const [name, bytes] of Object.entries(weights)) {
  if (!check) console.log(`${name}: ${bytes} bytes gzipped`);
  if (bytes > BUDGET) complaints.push(`${name} weighs ${bytes} bytes gzipped, more than ${BUDGET}`);
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
