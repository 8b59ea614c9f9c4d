// node lite/compile.mjs RUNTIME JOBS
// RUNTIME: the folder of Pyodide's runtime. JOBS: a JSON file, [{source, target, keep_source}, …].
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { basename, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [runtime, jobs] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(resolve(runtime, "pyodide.mjs")));
const { info } = JSON.parse(readFileSync(new URL("lock.json", import.meta.url), "utf8"));
const nothing = { info, packages: {} }; // no package is needed to compile
const python = await loadPyodide({ indexURL: resolve(runtime) + "/", lockFileContents: nothing });
python.runPython(readFileSync(new URL("compile.py", import.meta.url), "utf8"));
const compile = python.globals.get("compile_archive");
for (const { source, target, keep_source } of JSON.parse(readFileSync(jobs, "utf8"))) {
  const file = basename(source); // in Pyodide's own memory, as is "compiled"
  python.FS.writeFile(file, readFileSync(source));
  compile(file, "compiled", keep_source);
  writeFileSync(`${target}.part`, python.FS.readFile("compiled"));
  renameSync(`${target}.part`, target);
  python.FS.unlink(file);
}
