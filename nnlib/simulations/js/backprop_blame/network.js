// The network's own controls: whatever they change, training begins anew.

import { segmented, stepper } from "../kit/choices.js";
import { button, presets, select, slider } from "../kit/controls.js";
import { h } from "../kit/dom.js";
import { ACTIVATIONS } from "../math/activations.js";

const STARTS = [["xavier", "Xavier"], ["he", "He"], ["small", "½ Xavier"], ["large", "2 × Xavier"]];
const BRANCHES = [[null, "none"], ["plain", "s = 1"], ["scaled", "s = 1/√blocks"], ["zero", "W₂ begins at 0"]];

export function networkControls(sim) {
  const anew = (changes) => sim.set({ path: [], ...changes });
  const control = (make, name, options) => sim.bind(make, name, { ...options, onInput: (value) => anew({ [name]: value }) });
  const own = Boolean(sim.get("given").weights);
  const example = sim.bind(stepper, "example", { label: "example", min: 1, max: 200 });
  const rows = () => sim.get("examples")[sim.get("data")][1].length;
  const shape = own ? [] : [
    control(slider, "depth", { label: "layers", min: 2, max: 20, step: 1 }),
    control(slider, "width", { label: "units a layer", min: 2, max: 16, step: 1 }),
    control(select, "activation", { label: "activation", options: Object.entries(ACTIVATIONS).map(([name, { text }]) => [name, text]) }),
    control(select, "init", { label: "start", options: STARTS }),
    control(select, "residual", { label: "residual branches", options: BRANCHES }),
    control(select, "data", { label: "data", options: Object.keys(sim.get("examples")) }),
    button("draw other weights", () => anew({ seed: sim.get("seed") + 1 })),
  ];
  const el = h("div", { class: "nn-controls nn-wide" },
    own ? null : presets("show", Object.entries(sim.get("presets")).map(([name, state]) => [name, () => sim.set(state)])), shape,
    sim.bind(segmented, "batch", { label: "loss of", options: [[true, "the batch"], [false, "one example"]] }), example);
  const update = () => {
    example.hidden = sim.get("batch");
    if (sim.get("example") > rows()) sim.set({ example: rows() });
  };
  return { el, update };
}
