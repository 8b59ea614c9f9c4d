// What a cell that ran on this page shows, below its code: text, HTML, pictures, simulations (live.js).

/** `toPython(model, changed)` is called when a simulation's control is moved. */
globalThis.nnOutputs = (toPython) => {
  "use strict";
  const models = new Map(); // the simulations that Python has made

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
      models.set(id, { state: data.state, tell: (changed) => toPython(id, changed) });
    } else if (data.method === "update") {
      const { model, state } = models.get(id) ?? {};
      for (const [name, value] of Object.entries(data.state)) model ? model.set(name, value) : (state[name] = value);
    }
  }

  return { show, simulationSays, clearIfStale, forget: () => models.clear() };
};
