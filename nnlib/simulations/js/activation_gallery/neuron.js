// One neuron learns the width of a petal from its length; too large a step kills it.

import { button, presets, slider } from "../kit/controls.js";
import { h } from "../kit/dom.js";
import { num } from "../kit/format.js";
import { plot } from "../kit/plot.js";
import { transport } from "../kit/transport.js";
import { leaky } from "../math/activations.js";
import { PETALS, look, step } from "../math/neuron.js";

const START = [[1, 0]];
const LONGEST = 1000; // steps kept

export function neuronView(sim) {
  const petals = plot(sim, { label: "Petals", height: 280 });
  const units = plot(sim, { label: "The neuron's z on all flowers", height: 280 });
  const setting = () => ({ rate: sim.get("rate"), c: sim.get("upstream"), alpha: sim.get("leak") });
  const advance = (steps) => {
    const path = [...sim.get("path")];
    for (let i = 0; i < steps && path.length <= LONGEST; i++) path.push(step(path.at(-1), setting()));
    sim.set({ path });
  };
  const run = transport(sim, {
    step: () => advance(1),
    back: () => sim.set({ path: sim.get("path").slice(0, -1) }),
    reset: () => sim.set({ path: START, upstream: 0, leak: 0 }),
    canBack: () => sim.get("path").length > 1,
    done: () => sim.get("path").length > LONGEST,
    every: 400,
  });
  const fresh = (changes) => sim.set({ path: START, upstream: 0, leak: 0, ...changes });
  const controls = [
    h("div", { class: "nn-row" }, run.el, button("100 more steps", () => advance(100))),
    sim.bind(slider, "rate", { label: "step size η", min: 0.01, max: 0.3, step: 0.01 }),
    sim.bind(slider, "upstream", { label: "the layer below adds c", unit: "cm", min: -10, max: 2, step: 0.5 }),
    sim.bind(slider, "leak", { label: "slope on the left α (0: ReLU)", min: 0, max: 0.3, step: 0.01 }),
    presets("show", [
      ["a neuron that learns", () => fresh({ rate: 0.05 })],
      ["a neuron that dies", () => { fresh({ rate: 0.2 }); advance(1); }],
    ]),
  ];

  function draw() {
    const path = sim.get("path");
    const [w, b] = path.at(-1);
    const { rate, c, alpha } = setting();
    const { f } = leaky(alpha);
    const now = look([w, b], { c, alpha });
    run.update();

    petals.frame({ x: [0, 7], y: [-0.4, 3], xName: "petal length x, cm", yName: "petal width, cm", name: `Petal width over length of 30 irises, and what the neuron says; it is on for ${now.on}` });
    const edge = -b / w - c; // where z = 0
    if (w !== 0) petals.band("off", w > 0 ? -Infinity : edge, w > 0 ? edge : Infinity);
    PETALS.forEach(([x, t], i) => flower(petals, i, x, t, now.z[i] > 0));
    petals.curve("neuron", (x) => f(w * (x + c) + b), { colour: "var(--nn-forward)", width: 3, kinks: [edge] });

    const reach = Math.max(2, Math.ceil(Math.max(...now.z.map(Math.abs))));
    units.frame({ x: [-reach, reach], y: [-0.15 * reach, reach], xName: "z = w·(x + c) + b", yName: "φ(z) on all 30 flowers", name: `z of the neuron on all flowers: above zero on ${now.on} of 30` });
    if (alpha === 0) units.band("off", -Infinity, 0);
    units.curve("phi", f, { colour: "var(--nn-forward)", width: 2 });
    now.z.forEach((z, i) => flower(units, i, z, f(z), z > 0));
    units.text("on", -reach, reach, `on for ${now.on} of 30`, { dx: 8, dy: 34, cls: "nn-strong" });
    petals.done();
    units.done();

    sim.happened(sentence(now, path.length - 1, alpha, rate));
    sim.code(code(w, b, c, alpha, rate, now));
  }
  return { stage: [petals.el, units.el], controls, draw };
}

/** On: filled. Off: a ring. */
const flower = (p, i, x, y, on) =>
  p.dot(`f${i}`, x, y, { r: 4.5, fill: on ? "var(--nn-text)" : "var(--nn-bg)", stroke: on ? "var(--nn-bg)" : "var(--nn-text)", "stroke-width": 1.2 });

function sentence({ loss, dw, db, on }, steps, alpha, rate) {
  const where = `After ${steps} ${steps === 1 ? "step" : "steps"} the loss is ${num(loss)}; ∂L/∂w = ${num(dw)}, ∂L/∂b = ${num(db)}.`;
  if (on === 0 && alpha === 0) return `${where} Dead: z ≤ 0 on all 30 flowers, so every gradient is exactly 0 and no step, long or short, changes anything.`;
  if (on === 0) return `${where} Off on all flowers, but the left side leaks: the gradient is small, not zero, and the neuron comes back.`;
  return `${where} The ${on} ${on === 1 ? "flower" : "flowers"} with z > 0 ${on === 1 ? "moves" : "move"} the neuron; η = ${num(rate)}.`;
}

function code(w, b, c, alpha, rate, { loss, dw, db }) {
  return `from nnlib.data import iris
from nnlib.scratch import half_squared_error, leaky

x, t = iris().X[::5, 2:3], iris().X[::5, 3:4]  # petal length and width, cm
w, b, phi = ${w}, ${b}, leaky(${alpha})
inputs = x + ${c}
z = w * inputs + b
loss, delta = half_squared_error(phi.f(z), t)  # ${num(loss)}
delta = delta * phi.df(z)
dw, db = (delta * inputs).sum(), delta.sum()  # ${num(dw)}, ${num(db)}
w, b = w - ${rate} * dw, b - ${rate} * db  # the next step`;
}
