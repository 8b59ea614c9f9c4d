// Makes the book's simulations live on a page without a kernel.
//
// A built page carries the state of its widgets (`widget-state+json`) and marks the places where they
// belong (`widget-view+json`). For each place this script makes a plain model with the part of anywidget's
// interface that our simulations use (get, set, on, off, save_changes), imports the simulation's
// module from the state, and lets it render. Two places with one model share it, so they stay in sync.

const TYPE = "application/vnd.jupyter.widget-";
const page = document;

function makeModel(state, tell = () => {}) {
  const listeners = new Map();
  let changed = {};
  return {
    get: (name) => state[name],
    set(name, value) {
      if (JSON.stringify(state[name]) === JSON.stringify(value)) return;
      state[name] = changed[name] = value;
      for (const event of [`change:${name}`, "change"]) {
        for (const callback of [...(listeners.get(event) ?? [])]) callback();
      }
    },
    on(event, callback) {
      if (!listeners.has(event)) listeners.set(event, new Set());
      listeners.get(event).add(callback);
    },
    off: (event, callback) => listeners.get(event)?.delete(callback),
    save_changes() {
      tell(changed); // on a page without Python there is nobody to tell
      changed = {};
    },
  };
}

// One module for all simulations of a kind, however many stand on the page. A page opened from a
// file, or one that forbids blob: scripts, takes the module from a data: address instead.
const modules = new Map();
function load(source) {
  if (!modules.has(source)) {
    const blob = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    const data = () => import(`data:text/javascript;charset=utf-8,${encodeURIComponent(source)}`);
    modules.set(source, import(blob).catch(data).finally(() => URL.revokeObjectURL(blob)));
  }
  return modules.get(source);
}

const styles = new Set();
function addStyle(css) {
  if (!css || styles.has(css)) return;
  styles.add(css);
  const element = page.createElement("style");
  element.textContent = css;
  page.head.append(element);
}

// Draw `entry`, {state, tell}, behind the element `place`.
async function show(place, entry) {
  const { state } = entry;
  if (!state?._esm) return; // not an anywidget
  if (!entry.model) {
    entry.model = makeModel(state, entry.tell);
    globalThis.nnKeepGuesses?.(entry.model); // keep.js: the reader's own record
  }
  addStyle(state._css);
  const el = page.createElement("div");
  place.after(el);
  const { default: widget } = await load(state._esm);
  await widget.render({ model: entry.model, el });
}

function start() {
  const entries = {};
  for (const script of page.querySelectorAll(`script[type="${TYPE}state+json"]`)) {
    Object.assign(entries, JSON.parse(script.textContent).state);
  }
  for (const place of page.querySelectorAll(`script[type="${TYPE}view+json"]`)) {
    const { model_id: id } = JSON.parse(place.textContent);
    if (entries[id]) show(place, entries[id]).catch((error) => console.error(`simulation ${id}:`, error));
  }
}

window.nnSimulations = { show }; // live.js mounts what Python sends in the same way

if (page.readyState === "loading") page.addEventListener("DOMContentLoaded", start);
else start();
