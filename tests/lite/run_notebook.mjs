// node tests/lite/run_notebook.mjs LITE LIVE NOTEBOOK: run a notebook's cells in Pyodide, with live.py.
// LITE: the folder _build/html/lite; LIVE: book/assets/live.py. Prints a JSON text:
// {start: CPU seconds, cells: [{error, seconds (CPU), messages}]}.
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [lite, live, notebook] = process.argv.slice(2).map((path) => resolve(path));
const seconds = () => Object.values(process.cpuUsage()).reduce((a, b) => a + b) / 1e6;
const runtime = `${lite}/pyodide/`;
const { loadPyodide } = await import(pathToFileURL(`${runtime}pyodide.mjs`));
const python = await loadPyodide({ indexURL: runtime, packageBaseUrl: runtime, packages: ["nnlib"] });
python.FS.writeFile("/home/pyodide/live.py", readFileSync(live, "utf8"));
const module = python.pyimport("live");
let messages = [];
module.start((text) => messages.push(JSON.parse(text)));
const start = seconds();
const cells = [];
for (const cell of JSON.parse(readFileSync(notebook, "utf8")).cells) {
  if (cell.cell_type !== "code") continue;
  messages = [];
  const before = seconds();
  const error = await module.run(cells.length, [cell.source].flat().join(""));
  cells.push({ error, seconds: seconds() - before, messages });
}
process.stdout.write(JSON.stringify({ start, cells }));
