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
    const json = async (url) => (await fetch(url)).json();
    const lock = await json(at("pyodide-lock.json"));
    const { sizes } = await json(new URL("built.json", lite));
    const { nnlib } = lock.packages;
    nnlib.depends = nnlib.depends.filter((name) => name !== LATER);
    const needed = new Set(["nnlib"]); // a set that grows while it is walked
    for (const name of needed) lock.packages[name].depends.forEach((other) => needed.add(other));
    const files = ["pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip"];
    for (const name of needed) files.push(lock.packages[name].file_name);
    countBytes(files.reduce((sum, file) => sum + sizes[file], 0));
    const { loadPyodide } = await import(at("pyodide.mjs"));
    const from = { indexURL: at(""), packageBaseUrl: at(""), lockFileContents: lock };
    python = await loadPyodide({ ...from, packages: ["nnlib"] });
    python.FS.writeFile("/home/pyodide/live.py", await (await fetch(code)).text());
    live = python.pyimport("live");
    live.start((text) => tell("output", { text }));
  }

  // From here on every file that has arrived is told, for the bar on the page.
  function countBytes(total) {
    const plain = self.fetch;
    let loaded = 0;
    const count = ({ byteLength }) => rest || tell("loading", { loaded: (loaded += byteLength), total });
    self.fetch = async (...request) => {
      const answer = await plain(...request);
      answer.clone().arrayBuffer().then(count);
      return answer;
    };
  }

  async function run({ number, source, first }) {
    if (!first) await loadRest();
    tell("running", { number });
    const start = performance.now();
    const error = await live.run(number, source);
    tell("ran", { number, error, seconds: (performance.now() - start) / 1000, html: live.highlighted(source) });
    loadRest();
  }

  const answers = { boot, run, state: ({ model, changed }) => live.set_state(model, JSON.stringify(changed)) };
  let last = Promise.resolve(); // one after the other
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
  const models = new Map(); // the simulations that Python has made
  let worker, current, asked, queue = [];
  const onDisk = location.protocol === "file:" && "A page opened from a file may not start Python: open the book online, or with “make book”.";
  const bar = statusBar();
  const cells = boxes.map(liveCell);
  const drawer = `nnlib-course:edits:${edition.replace(/-[0-9a-f]+\.ipynb$/, "")}`; // of all editions, by edition

  // A cell: where its code and outputs stand, and `ran`, the source that Python has seen.
  function liveCell(box, number) {
    const input = box.querySelector(".cell_input");
    const pre = input.querySelector("pre");
    if (!box.querySelector(".cell_output")) box.insertAdjacentHTML("beforeend", '<div class="cell_output"></div>');
    const output = box.querySelector(".cell_output");
    const button = `<button aria-label="Run cell ${number + 1}, and those before it">Run</button>`;
    input.insertAdjacentHTML("beforeend", `<div class="nn-live">${button}<span></span></div>`);
    const [run, note] = input.lastElementChild.children;
    const source = () => linesOf(pre);
    const kept = { code: pre.innerHTML, outputs: [...output.childNodes], source: source() };
    run.onclick = () => (onDisk ? (note.textContent = onDisk) : runTo(number));
    if (!onDisk) makeEditable(pre, number);
    return { number, box, pre, output, note, kept, source };
  }

  function linesOf(pre) {
    const copy = pre.cloneNode(true); // browsers may break a line with an element
    copy.querySelectorAll("br").forEach((br) => br.replaceWith("\n"));
    return copy.textContent.replace(/\n$/, "");
  }

  // The code itself is the editor. Tab indents after a click or typing only; Escape gives it back.
  function makeEditable(pre, number) {
    let inside = false;
    const ariaLabel = `Code of cell ${number + 1}. Shift and Enter run it.`;
    Object.assign(pre, { contentEditable: "plaintext-only", spellcheck: false, role: "textbox", ariaMultiLine: "true", ariaLabel });
    pre.onmousedown = () => (inside = true);
    pre.onblur = () => (inside = false);
    pre.oninput = () => (inside = true) && keep();
    pre.onkeydown = (event) => {
      event.stopPropagation(); // the page's own keys, as / for the search, are letters here
      if (event.key === "Enter" && (event.shiftKey || event.ctrlKey || event.metaKey)) runTo(number);
      else if (event.key === "Tab" && inside && !event.shiftKey) document.execCommand("insertText", false, "    ");
      else if (event.key === "Escape") inside = false;
      else return;
      event.preventDefault();
    };
  }

  // What the reader writes is kept under the edition of the page: a newer one neither loses nor hides it.
  const storage = (() => { try { return localStorage; } catch { return { getItem() {}, setItem() {} }; } })(); // may be denied
  const stored = () => JSON.parse(storage.getItem(drawer) ?? "{}");
  function keep() {
    const now = cells.filter(({ source, kept }) => source() !== kept.source);
    for (const cell of cells) cell.box.classList.toggle("nn-edited", now.includes(cell));
    const all = { ...stored(), [edition]: now.map((cell) => [cell.number, cell.kept.source, cell.source()]) };
    if (!now.length) delete all[edition];
    storage.setItem(drawer, JSON.stringify(all));
    if (asked === undefined) bar.say("Your changes are kept in this browser.", "download", "reset");
  }

  function bringBack() {
    const [found, changes] = Object.entries(stored()).sort(([name]) => (name === edition ? -1 : 1))[0] ?? [];
    const fitting = (changes ?? []).filter(([number, original]) => cells[number]?.kept.source === original);
    for (const [number, , source] of fitting) cells[number].pre.textContent = source;
    if (fitting.length) keep();
    const earlier = `You changed ${changes?.length} cells of an earlier edition. ${fitting.length} still fit and are back.`;
    if (changes && found !== edition) bar.say(earlier, "download", "reset");
  }

  // Run the cells up to this one that Python has not seen as they stand. All that follows becomes stale:
  // so a result is always what the page gives from its top.
  function runTo(number) {
    if (current) return;
    asked = Math.max(number, cells.findLastIndex((cell) => cell.ran !== undefined));
    const stale = cells.findIndex((cell) => cell.ran !== cell.source());
    const from = stale < 0 ? number : Math.min(stale, number);
    queue = cells.slice(from, number + 1);
    for (const cell of cells.slice(from)) cell.ran = undefined;
    for (const cell of queue) cell.note.textContent = "waits";
    if (!worker) {
      worker = new Worker(here, { type: "module" });
      worker.onmessage = ({ data }) => heard[data.type](data);
      worker.onerror = heard.broken;
      worker.postMessage({ type: "boot", lite, code: new URL("live.py", here).href });
      bar.say("Python is on its way", "stop");
    }
    next();
  }

  function next() {
    current = queue.shift();
    if (!current) return bar.say("Python is ready.", "download", "reset");
    current.ran = current.source();
    worker.postMessage({ type: "run", number: current.number, source: current.ran, first: current === cells[0] });
  }

  const heard = {
    loading({ loaded, total }) {
      bar.say(`Python is on its way, ${(loaded / 1e6).toFixed()} of ${(total / 1e6).toFixed()} MB`, "stop");
      bar.progress(loaded / total);
    },
    running({ number }) {
      cells[number].note.textContent = "runs";
      cells[number].stale = true; // the old output stays until there is a new one
      bar.say(`Cell ${number + 1} runs${queue.length ? `, ${queue.length} to follow` : ""}`, "stop");
      bar.progress();
    },
    output({ text }) {
      const message = JSON.parse(text);
      message.type === "comm" ? simulationSays(message) : show(cells[message.cell ?? 0], message);
    },
    ran({ number, error, seconds, html }) {
      const { pre, note, ran, source } = cells[number];
      clearIfStale(cells[number]);
      note.textContent = error ? `ended with ${error}` : `ran here, ${seconds.toFixed(1)} s`;
      if (document.activeElement !== pre && source() === ran) pre.innerHTML = html;
      // An answer that is not written yet is no reason to stop before the cell that was asked for.
      const left = error && error !== "NotImplementedError" ? queue.splice(0) : [];
      for (const cell of left) cell.note.textContent = `not run: cell ${number + 1} ended with ${error}`;
      next();
    },
    broken: ({ message }) => stop(`Python has ended: ${(message || "it did not start").trim().split("\n").at(-1)}.`),
  };

  function clearIfStale(cell) {
    if (cell.stale) cell.output.replaceChildren();
    cell.stale = false;
  }

  function show(cell, { type, name, text, html, model, place, update, wait }) {
    cell.stale ||= type === "clear";
    if (!wait) clearIfStale(cell);
    if (type === "clear") return;
    if (type === "stream") {
      let block = cell.output.lastElementChild;
      if (block?.dataset.stream !== name) {
        block = cell.output.appendChild(document.createElement("pre"));
        Object.assign(block, { className: `output nn-${name}`, raw: "" }).dataset.stream = name;
      }
      block.raw = (block.raw + text).slice(-100_000);
      block.textContent = block.raw.split("\n").map(overwritten).join("\n");
      return;
    }
    const old = update && [...cell.output.children].find((block) => block.dataset.place === place);
    const block = old || cell.output.appendChild(document.createElement("div"));
    Object.assign(block, { className: "output" }).dataset.place = place ?? "";
    if (model) {
      const spot = block.appendChild(document.createElement("span"));
      window.nnSimulations.show(spot, models.get(model)).catch((error) => (block.textContent = String(error)));
    } else {
      block.innerHTML = html;
      window.MathJax?.typesetPromise?.([block]);
      window.nnKeepQuizzes?.(block);
    }
  }

  // What a terminal shows of a line in which the cursor went back, as progress bars do.
  const overwritten = (line) => line.split("\r").reduce((shown, part) => part + shown.slice(part.length));

  function simulationSays({ what, id, data }) {
    if (what === "comm_open" && data.state) {
      const tell = (news) => worker?.postMessage({ type: "state", model: id, changed: news });
      models.set(id, { state: data.state, tell });
    } else if (data.method === "update") {
      const { model, state } = models.get(id) ?? {};
      for (const [name, value] of Object.entries(data.state)) model ? model.set(name, value) : (state[name] = value);
    }
  }

  function end(note) {
    worker?.terminate();
    [worker, current, queue] = [undefined, undefined, []];
    models.clear();
    for (const cell of cells) cell.note.textContent &&= note;
    for (const cell of cells) cell.ran = undefined;
  }

  function stop(why) {
    end("stopped");
    bar.say(`${why} What it had computed is gone.`, "replay", "download", "reset");
  }

  function reset() {
    end("");
    asked = undefined;
    for (const { pre, kept } of cells) pre.innerHTML = kept.code;
    for (const { output, kept } of cells) output.replaceChildren(...kept.outputs);
    keep();
    bar.say("");
  }

  // The page's notebook with the reader's code in it, to go on elsewhere or to hand in.
  async function download() {
    const notebook = await (await fetch(new URL(`files/${edition}`, lite))).json();
    const code = notebook.cells.filter((cell) => cell.cell_type === "code");
    cells.forEach((cell, number) => (code[number].source = cell.source()));
    notebook.metadata = { kernelspec: { name: "python3", display_name: "Python 3", language: "python" } };
    const href = URL.createObjectURL(new Blob([JSON.stringify(notebook, null, 1)]));
    const name = edition.split("/").at(-1).replace(/-[0-9a-f]{8}\.ipynb$/, ".ipynb");
    Object.assign(document.createElement("a"), { href, download: name }).click();
    URL.revokeObjectURL(href);
  }

  // The line at the foot of the window: what Python does, and what can be done about it.
  function statusBar() {
    const names = { stop: "Stop", replay: "Replay", download: "Download the notebook", reset: "Reset the page" };
    const actions = { stop: () => stop("Stopped."), replay: () => runTo(asked), download, reset };
    const buttons = Object.entries(names).map(([does, name]) => `<button data-does="${does}">${name}</button>`);
    const parts = `<span role="status"></span><progress aria-label="progress"></progress>${buttons.join("")}`;
    document.body.insertAdjacentHTML("beforeend", `<div class="nn-python" hidden>${parts}</div>`);
    const element = document.body.lastElementChild;
    const [words, meter, ...all] = element.children;
    element.onclick = ({ target }) => actions[target.dataset.does]?.();
    return {
      say(text, ...offered) {
        element.hidden = !text;
        words.textContent = text;
        meter.hidden = true;
        for (const button of all) button.hidden = !offered.includes(button.dataset.does);
      },
      progress(share) {
        meter.hidden = false;
        meter.removeAttribute("value"); // it moves, and nobody knows how far it is
        if (share !== undefined) meter.value = Math.min(share, 1);
      },
    };
  }
  if (!onDisk) bringBack();
}
