// The activation gallery: what does an activation do to a number, and to a gradient?
// Four views of one state; each view is a file in activation_gallery/.

import "./kit/kit.css";
import "./activation_gallery/gallery.css";
import { chainView } from "./activation_gallery/chain.js";
import { curvesView } from "./activation_gallery/curves.js";
import { neuronView } from "./activation_gallery/neuron.js";
import { softmaxView } from "./activation_gallery/softmax.js";
import { segmented } from "./kit/choices.js";
import { h } from "./kit/dom.js";
import { simulation } from "./kit/simulation.js";

const TRAITS = ["mode", "activation", "compare", "alpha", "z", "layers", "weight", "run", "logits", "own", "rate", "upstream", "leak", "path"];
const MODES = [["curves", "Curve and slope"], ["chain", "A chain of layers"], ["softmax", "Softmax"], ["neuron", "A neuron that dies"]];

function render({ model, el }) {
  const sim = simulation({
    model,
    el,
    title: "What does an activation do to a number, and to a nudge?",
    lead: "Drag the round point. Hatched grey is where next to nothing gets through.",
    traits: TRAITS,
  });
  const views = { curves: curvesView(sim), chain: chainView(sim), softmax: softmaxView(sim), neuron: neuronView(sim) };
  sim.stage.append(sim.bind(segmented, "mode", { label: "View", options: MODES, quiet: true }));
  const parts = {};
  for (const [mode, view] of Object.entries(views)) {
    const stage = h("div", { class: "nn-view" }, view.stage);
    const controls = h("div", { class: "nn-controls" }, view.controls);
    parts[mode] = [stage, controls];
    sim.stage.append(stage);
    sim.controls.append(controls);
  }
  sim.draw(() => {
    const mode = sim.get("mode");
    for (const [name, elements] of Object.entries(parts)) elements.forEach((part) => (part.hidden = name !== mode));
    views[mode].draw();
  });
  return sim.destroy;
}

export default { render };
