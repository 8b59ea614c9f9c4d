// Runs the code cells of a page in the reader's browser. One file, two lives: on the page it adds "Run"
// to every cell and shows what comes back; in a worker it starts Python (Pyodide, from the site's folder
// lite/) and gives it the cells (live.py). Nothing is loaded before the reader asks. Stop ends the worker:
// a Python that computes could be interrupted only with headers that static hosts do not send.

if (typeof document === "undefined") serveCells();
else if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", openPage);
else openPage();

// ---- in the worker ------------------------------------------------------------------------------
function serveCells() {
  const LATER = "matplotlib"; // a third of the download, fetched once the first result is on the page
  const tell = (type, content) => postMessage({ type, ...content });
  let python, live, rest;
  const loadRest = () => (rest ??= python.loadPackage(LATER, { messageCallback() {} }));

  async function boot({ lite, code }) {
    const at = (name) => new URL(`pyodide/${name}`, lite).href;
    const got = async (url) => {
      const answer = await fetch(url);
      if (answer.ok) return answer;
      throw new Error(`${new URL(url).pathname.split("/").at(-1)} is not here (${answer.status})`);
    };
    const json = async (url) => (await got(url)).json();
    const lock = await json(at("pyodide-lock.json"));
    const { sizes } = await json(new URL("built.json", lite));
    const { nnlib } = lock.packages;
    nnlib.depends = nnlib.depends.filter((name) => name !== LATER);
    const needed = new Set(["nnlib"]); // a set that grows while it is walked
    for (const name of needed) lock.packages[name].depends.forEach((other) => needed.add(other));
    const files = ["pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip"];
    for (const name of needed) files.push(lock.packages[name].file_name);
    watchFiles(sizes, files.reduce((sum, file) => sum + sizes[file], 0));
    const { loadPyodide } = await import(at("pyodide.mjs"));
    const from = { indexURL: at(""), packageBaseUrl: at(""), lockFileContents: lock };
    python = await loadPyodide({ ...from, packages: ["nnlib"] });
    python.FS.writeFile("/home/pyodide/live.py", await (await got(code)).text());
    live = python.pyimport("live");
    live.start((text) => tell("output", { text }));
  }

  // From here on every file that has arrived is told, for the bar on the page, and one that did not
  // arrive whole: Pyodide waits for ever, or goes on without it.
  function watchFiles(sizes, total) {
    const plain = self.fetch;
    let loaded = 0;
    const count = (name, { byteLength }) => {
      if (byteLength !== sizes[name]) throw new Error("cut off");
      if (!rest) tell("loading", { loaded: (loaded += byteLength), total });
    };
    self.fetch = (...request) => {
      const name = String(request[0].url ?? request[0]).split("/").at(-1);
      const answer = plain(...request);
      if (Object.hasOwn(sizes, name)) {
        const all = answer.then((given) => given.clone().arrayBuffer()).then((bytes) => count(name, bytes));
        all.catch(() => tell("broken", { message: `${name} did not arrive` }));
      }
      return answer;
    };
  }

  async function run({ number, source, first }) {
    if (!first || rest || source.includes(LATER)) await loadRest();
    tell("running", { number });
    const start = performance.now();
    const error = await live.run(number, source);
    tell("ran", { number, error, seconds: (performance.now() - start) / 1000, html: live.highlighted(source) });
    loadRest();
  }

  const answers = { boot, run, state: ({ model, changed }) => live.set_state(model, JSON.stringify(changed)) };
  let last = Promise.resolve(); // one after the other
  self.onunhandledrejection = ({ reason }) => tell("broken", { message: String(reason) }); // os._exit
  self.onmessage = ({ data }) => {
    last = last.then(() => answers[data.type](data)).catch((error) => tell("broken", { message: String(error) }));
  };
}

// ---- on the page --------------------------------------------------------------------------------
function openPage() {
  const edition = document.querySelector("[data-edition]")?.dataset.edition;
  if (!edition) return;
  const boxes = [...document.querySelectorAll(".bd-article div.cell:has(.cell_input)")];
  const here = document.querySelector('script[src*="live.js"]').src;
  const lite = new URL("../lite/", here).href;
  let worker, computes, current, asked, queue = [], wanted = []; // wanted: asked for while others ran
  const onDisk = location.protocol === "file:" && "A page opened from a file may not start Python: open the book online, or with “make book”.";
  const bar = globalThis.nnStatusBar({
    stop: { name: "Stop", act: () => stop("Stopped.") },
    replay: { name: "Replay", act: () => runTo(asked) },
    download: { name: "Download the notebook", act: download },
    reset: { name: "Reset the page", act: reset },
    hide: { name: "Hide", act: () => bar.say("") },
  });
  const outputs = globalThis.nnOutputs((model, changed) => worker?.postMessage({ type: "state", model, changed }));
  const { open, placed, replaced, codeOf, makeEditable } = globalThis.nnEdits;
  const cells = boxes.map(liveCell);
  const originals = cells.map(({ kept }) => kept.source);
  const edits = open(() => localStorage, edition.replace(/-[0-9a-f]+\.ipynb$/, ""));

  // A cell: where its code and outputs stand, and `ran`, the source that Python has seen.
  function liveCell(box, number) {
    const input = box.querySelector(".cell_input");
    const pre = input.querySelector("pre");
    if (!box.querySelector(".cell_output")) box.insertAdjacentHTML("beforeend", '<div class="cell_output"></div>');
    const output = box.querySelector(".cell_output");
    const buttons = '<button class="nn-run"></button><button class="nn-restore">Restore</button>';
    input.insertAdjacentHTML("beforeend", `<div class="nn-live">${buttons}<span></span><small>cell ${number + 1}</small></div>`);
    const [run, restore, note] = input.lastElementChild.children;
    restore.ariaLabel = `Restore the code of cell ${number + 1}`;
    const source = () => codeOf(pre);
    const kept = { code: pre.innerHTML, outputs: [...output.childNodes], source: source() };
    const cell = { number, box, pre, output, run, note, kept, source };
    run.onclick = () => (onDisk ? (note.textContent = onDisk) : cell.waits ? stop("Stopped.") : runTo(number));
    restore.onclick = () => {
      pre.innerHTML = kept.code;
      keep(cell);
      run.focus();
    };
    const label = `Code of cell ${number + 1}. Shift and Enter run it; Escape, then Tab, leaves it.`;
    if (!onDisk) makeEditable(pre, label, { run: () => runTo(number), changed: () => keep(cell) });
    tell(cell, "");
    return cell;
  }

  // The note beside a cell's button; the button of one that waits or runs stops.
  function tell(cell, text, waits = false) {
    cell.note.textContent = text;
    cell.waits = waits;
    cell.run.textContent = waits ? "Stop" : "Run";
    cell.run.ariaLabel = waits ? "Stop Python" : `Run cell ${cell.number + 1}, and those before it`;
  }

  // What the reader writes is kept in this browser. A newer edition of the page neither loses nor hides it.
  function mark(cell) {
    const now = cell.source();
    cell.box.classList.toggle("nn-edited", now !== cell.kept.source);
    if (!cell.waits) tell(cell, now === cell.ran ? cell.note.textContent : now === cell.kept.source ? "" : "changed, to be run");
  }
  function keep(cell) {
    mark(cell);
    const done = edits.set(replaced(edits.get(), originals, cell.number, cell.source()));
    const said = done ? "Your changes are kept in this browser." : "Your browser keeps nothing here: download the notebook before you leave.";
    // Once is enough, and not in place of the line that can stop what runs.
    if (said !== keep.said && !current) bar.say((keep.said = said), "download", "reset", "hide");
  }

  function bringBack() {
    const { fits, left } = placed(edits.get(), originals);
    for (const [number, code] of fits) cells[number].pre.textContent = code;
    for (const [number, , code] of left) {
      const told = "<summary>Your code for a cell that is no longer on this page</summary><pre></pre>";
      const { box } = cells[Math.min(number, cells.length - 1)];
      box.insertAdjacentHTML("afterbegin", `<details class="nn-left">${told}</details>`);
      box.firstElementChild.lastElementChild.textContent = code;
    }
    cells.forEach(mark);
    const said = fits.size ? ["Your changes are back."] : [];
    if (left.length) said.push(`Code of yours has lost its cell: it stands above cell ${Math.min(left[0][0] + 1, cells.length)}.`);
    if (said.length) bar.say(said.join(" "), "download", "reset", "hide");
  }

  // Run the cells up to this one that Python has not seen as they stand, in the order of the page; all
  // that follows becomes stale. Python goes on, as a kernel does: Replay begins with a new one.
  function runTo(number) {
    if (current) {
      wanted.push(number);
      return tell(cells[number], "waits", true);
    }
    asked = Math.max(number, cells.findLastIndex((cell) => cell.ran !== undefined));
    const stale = cells.findIndex((cell) => cell.ran !== cell.source());
    const from = stale < 0 ? number : Math.min(stale, number);
    queue = cells.slice(from, number + 1);
    for (const cell of cells.slice(number + 1)) if (cell.ran !== undefined && !cell.waits) tell(cell, "of an earlier run");
    for (const cell of cells.slice(from)) cell.ran = undefined;
    for (const cell of queue) tell(cell, "waits", true);
    if (!worker) {
      worker = new Worker(here, { type: "module" });
      worker.onmessage = ({ data }) => heard[data.type](data);
      worker.onerror = heard.broken;
      worker.postMessage({ type: "boot", lite, code: new URL("live.py", here).href });
      bar.say("Python is on its way", "stop");
    }
    next();
  }

  function next(ended = "") {
    current = queue.shift();
    if (!current && wanted.length) return runTo(wanted.shift());
    if (!current) return bar.say(`${ended}Python is ready.`, "download", "reset", "hide");
    current.ran = current.source();
    if (computes) sayRuns(current.number); // else the bar tells of the download
    worker.postMessage({ type: "run", number: current.number, source: current.ran, first: current === cells[0] });
  }

  function sayRuns(number) {
    bar.say(`Cell ${number + 1} runs${queue.length ? `, ${queue.length} to follow` : ""}`, "stop");
    bar.progress();
  }

  const heard = {
    loading({ loaded, total }) {
      const isHere = loaded / total > 0.95;
      bar.say(isHere ? "Python starts" : `Python is on its way, ${(loaded / 1e6).toFixed()} of ${(total / 1e6).toFixed()} MB`, "stop");
      bar.progress(loaded / total);
    },
    running({ number }) {
      computes = true;
      tell(cells[number], "runs", true);
      cells[number].stale = true; // the old output stays until there is a new one
      sayRuns(number);
    },
    output({ text }) {
      const message = JSON.parse(text);
      message.type === "comm" ? outputs.simulationSays(message) : outputs.show(cells[message.cell ?? 0], message);
    },
    ran({ number, error, seconds, html }) {
      const { pre, ran, source } = cells[number];
      outputs.clearIfStale(cells[number]);
      tell(cells[number], error ? `ended with ${error}` : `ran here, ${seconds.toFixed(1)} s`);
      if (document.activeElement !== pre && source() === ran) pre.innerHTML = html;
      // An answer that is not written yet is no reason to stop before the cell that was asked for.
      if (error && error !== "NotImplementedError") {
        cells[number].ran = undefined; // so that the next run comes by here again
        for (const cell of cells) if (cell.waits) tell(cell, `not run: cell ${number + 1} ended with ${error}`);
        [queue, wanted] = [[], []];
      }
      next(error && `Cell ${number + 1} ended with ${error}. `);
    },
    broken({ message }) {
      const why = message ? `: ${message.trim().split("\n").at(-1).replace(/\.$/, "")}` : "";
      stop(`Python ${computes ? "has ended" : "did not start"}${why}.`);
    },
  };

  function end(note) {
    worker?.terminate();
    [worker, computes, current, wanted, queue] = [undefined, false, undefined, [], []];
    outputs.forget();
    for (const cell of cells) {
      tell(cell, cell.note.textContent && note);
      cell.ran = undefined;
    }
  }

  function stop(why) {
    bar.say(`${why}${computes ? " What it had computed is gone." : ""}`, "replay", "download", "reset");
    end("stopped");
  }

  function reset() {
    const isMine = cells.some((cell) => cell.source() !== cell.kept.source) || document.querySelector(".nn-left");
    if (isMine && !confirm("The code that you changed on this page will be gone. Reset the page?")) return;
    end("");
    for (const { pre, kept } of cells) pre.innerHTML = kept.code;
    for (const { output, kept } of cells) output.replaceChildren(...kept.outputs);
    for (const old of document.querySelectorAll(".nn-left")) old.remove();
    edits.set([]);
    cells.forEach(mark);
    cells[asked ?? 0].run.focus({ preventScroll: true });
    asked = undefined;
    bar.say("");
  }

  // The page's notebook with the reader's code in it, to go on elsewhere or to hand in.
  async function download() {
    const answer = await fetch(new URL(`files/${edition}`, lite)).catch(() => ({ ok: false }));
    const gone = "The notebook did not come: the site is out of reach, or has a newer edition of this page. Your code is still here.";
    if (!answer.ok) return bar.say(gone, "download");
    const notebook = await answer.json();
    const code = notebook.cells.filter((cell) => cell.cell_type === "code");
    cells.forEach((cell, number) => (code[number].source = cell.source()));
    notebook.metadata = { kernelspec: { name: "python3", display_name: "Python 3", language: "python" } };
    const href = URL.createObjectURL(new Blob([JSON.stringify(notebook, null, 1)]));
    const name = edition.split("/").at(-1).replace(/-[0-9a-f]{8}\.ipynb$/, ".ipynb");
    Object.assign(document.createElement("a"), { href, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(href), 1000);
  }

  if (!onDisk) bringBack();
}
