// The controls. Whatever they change, the run is computed again from its start, up to the same step.

import { segmented, stepper, toggle } from "../kit/choices.js";
import { button, presets, select, slider } from "../kit/controls.js";
import { h } from "../kit/dom.js";
import { num } from "../kit/format.js";
import { BENDS } from "../math/dense.js";

const DATA = [["circles", "circles"], ["moons", "moons"], ["spirals", "spirals"], ["xor", "XOR"], ["drawn", "drawn by you"]];
const OPTIMIZERS = [["sgd", "SGD"], ["momentum", "momentum 0.9"], ["adam", "Adam"]];
const STARTS = [["auto", "as φ wants it"], ["xavier", "Xavier"], ["he", "He"], ["small", "½ Xavier"], ["large", "2 × Xavier"], ["zero", "all zero"]];
const tenTo = (v) => Number((10 ** v).toPrecision(2));
const most = (values) => Math.max(...values);

export function settings(sim, extra) {
  const bind = (control, name, options) => sim.bind(control, name, options);
  const hidden = () => sim.get("hidden");
  const layers = stepper({ label: "hidden layers", value: 2, min: 1, max: 6, onInput: (n) => sim.set({ hidden: Array.from({ length: n }, (_, l) => hidden()[l] ?? hidden().at(-1)) }) });
  const units = stepper({ label: "units a layer", value: 6, min: 1, max: 8, onInput: (n) => {
    const by = n - most(hidden());
    sim.set({ hidden: hidden().map((m) => Math.max(1, Math.min(8, m + by))) });
  } });
  const rate = slider({ label: "learning rate η", value: -1.5, min: -4, max: 1, step: 0.1, format: (v) => num(tenTo(v), 2), onInput: (v) => sim.set({ lr: tenTo(v) }) });
  const activation = bind(select, "activation", { label: "activation φ", options: Object.entries(BENDS).map(([name, { text }]) => [name, text]) });
  const decay = slider({ label: "weight decay λ", value: -5, min: -5, max: 0, step: 0.1, format: (v) => (v <= -5 ? "none" : num(tenTo(v), 2)), onInput: (v) => sim.set({ weight_decay: v <= -5 ? 0 : tenTo(v) }) });
  const dropout = bind(slider, "dropout", { label: "dropout: share dropped", min: 0, max: 0.8, step: 0.1 });
  const noise = bind(slider, "noise", { label: "noise of the points", min: 0, max: 0.3, step: 0.01 });
  const start = bind(select, "init", { label: "start", options: STARTS });
  const grid = bind(stepper, "grid", { label: "grid intervals", min: 2, max: 10 });
  const more = h("details", { class: "nn-more" }, h("summary", {}, "More settings"),
    h("div", { class: "nn-controls" },
      bind(slider, "batch_size", { label: "batch size", min: 1, max: 100, step: 1 }),
      dropout, decay.el, noise, start, grid, button("draw another start", () => sim.set({ seed: (sim.get("seed") + 1) % 2 ** 32 }))));
  const shown = sim.get("questions").filter(({ preset }) => preset).map(({ preset, show }) => [preset, () => sim.set(show)]);
  const el = [
    h("div", { class: "nn-controls nn-wide" },
      bind(select, "data", { label: "points", options: DATA }),
      bind(segmented, "kind", { label: "network", options: [["mlp", "MLP"], ["kan", "KAN"]] }),
      layers.el, units.el, activation,
      bind(select, "optimizer", { label: "optimizer", options: OPTIMIZERS }), rate.el,
      bind(toggle, "seeds", { label: "from six seeds" })),
    presets("show", shown), more, extra,
  ];

  function draw(t) {
    layers.set(t.hidden.length);
    units.set(most(t.hidden));
    rate.set(Math.log10(t.lr));
    decay.set(t.weight_decay ? Math.log10(t.weight_decay) : -5);
    activation.hidden = start.hidden = dropout.hidden = t.kind === "kan";
    grid.hidden = t.kind !== "kan";
    noise.hidden = t.data === "drawn";
  }
  return { el, draw };
}
