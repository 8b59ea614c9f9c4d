// Backprop blame: a deep network with its true gradients. The tower of layers, and the inspected
// layer's weights; nudge one, delete it, freeze a layer, take steps.

import "./kit/kit.css";
import "./backprop_blame/blame.css";
import { computer } from "./backprop_blame/compute.js";
import { matrix } from "./backprop_blame/matrix.js";
import { networkControls } from "./backprop_blame/network.js";
import { BARS, tower } from "./backprop_blame/tower.js";
import { trial } from "./backprop_blame/trial.js";
import { code, sentence } from "./backprop_blame/words.js";
import { segmented, stepper, toggle } from "./kit/choices.js";
import { slider } from "./kit/controls.js";
import { h } from "./kit/dom.js";
import { num, signed } from "./kit/format.js";
import { simulation } from "./kit/simulation.js";
import { transport } from "./kit/transport.js";

const TRAITS = ["depth", "width", "activation", "init", "data", "residual", "seed", "batch", "example", "bars", "fill", "layer", "part", "weight", "nudge", "frozen", "rate", "path", "examples", "given"];
const FILLS = [["gradient", "gradient g"], ["weight", "weight w"], ["product", "w·g"]];
const MOST_STEPS = 200;

function render({ model, el }) {
  const sim = simulation({
    model,
    el,
    title: "How much blame reaches the first layer?",
    lead: "Pick a layer in the tower, a weight in its matrix. Every gradient is computed, none is staged.",
    traits: TRAITS,
  });
  const depth = () => sim.get("given").weights?.length ?? sim.get("depth");
  const toLayer = (layer) => sim.set({ layer: Math.max(1, Math.min(depth(), layer)) });
  const compute = computer();
  const stage = tower(sim, toLayer);
  const grid = matrix(sim, (weight) => sim.set({ weight }));
  const tried = trial(([l, p, i, j]) => sim.set({ layer: l + 1, part: p + 1, weight: [i + 1, j + 1] }));

  const layer = stepper({ label: "layer", value: 1, min: 1, max: 20, onInput: toLayer });
  const part = sim.bind(segmented, "part", { label: "of the block", options: [[1, "W₁"], [2, "W₂"]] });
  const freeze = toggle({ label: "freeze it", value: false, onInput: (on) => {
    const now = Math.min(depth(), sim.get("layer"));
    const rest = sim.get("frozen").filter((n) => n !== now);
    sim.set({ frozen: on ? [...rest, now] : rest });
  } });
  const sign = () => (sim.get("nudge") < 0 ? -1 : 1);
  const nudge = slider({
    label: "nudge h", value: -3, min: -4, max: 1, step: 0.1, format: (v) => signed(sign() * tenTo(v)),
    onInput: (v) => sim.set({ nudge: sign() * tenTo(v) }),
  });
  const rate = slider({ label: "learning rate η", value: 0, min: -3, max: 2, step: 0.1, format: (v) => num(tenTo(v), 2), onInput: (v) => sim.set({ rate: tenTo(v) }) });

  const run = transport(sim, {
    step: () => {
      const taken = { rate: sim.get("rate"), frozen: sim.get("frozen"), example: sim.get("batch") ? 0 : sim.get("example") };
      sim.set({ path: [...sim.get("path"), taken] });
    },
    back: () => sim.set({ path: sim.get("path").slice(0, -1) }),
    reset: () => sim.set({ path: [] }),
    done: () => sim.get("path").length >= MOST_STEPS,
    canBack: () => sim.get("path").length > 0,
    every: 400,
  });
  const network = networkControls(sim);
  sim.stage.append(
    sim.bind(segmented, "bars", { label: "bars", options: BARS, quiet: true }),
    stage.el,
  );
  // What changes the tower stands next to it; the inspected layer comes after.
  sim.controls.append(
    network.el,
    h("div", { class: "nn-row nn-wide" }, run.el, rate.el),
    h("div", { class: "nn-inspect nn-wide" },
      h("div", { class: "nn-row nn-wide" }, layer.el, part, freeze.el),
      h("div", {}, sim.bind(segmented, "fill", { label: "cells", options: FILLS, quiet: true }), grid.el),
      h("div", {}, nudge.el, tried.el)),
  );

  let last;
  sim.draw(() => {
    const c = compute(Object.fromEntries(TRAITS.map((name) => [name, sim.get(name)])));
    const marks = marked(sim);
    const [l, p] = c.at;
    stage.draw(c, marks);
    tried.draw(c, marks, grid.draw(c));
    layer.set(l + 1);
    part.hidden = c.layers[l].length < 2;
    freeze.set(c.frozen.includes(l + 1));
    nudge.set(Math.log10(Math.abs(c.nudge)));
    rate.set(Math.log10(c.rate));
    sim.happened(sentence(c, last));
    sim.code(code(c));
    network.update();
    run.update();
    last = c;
  });
  return sim.destroy;
}

const tenTo = (v) => Number((10 ** v).toPrecision(2));

/** What the guesses made about the present state draw: { layers, factor, row }. */
function marked(sim) {
  const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
  const about = sim.get("questions").filter(({ show }) => show && Object.entries(show).every(([name, value]) => same(sim.get(name), value)));
  return Object.assign({}, ...about.map(({ id }) => sim.guess(id)?.mark));
}

export default { render };
