// A chain of layers z ↦ w·φ(z): what is left of a gradient of 1 on its way back to the first.

import { segmented, stepper } from "../kit/choices.js";
import { presets, select, slider } from "../kit/controls.js";
import { num, ticks } from "../kit/format.js";
import { plot } from "../kit/plot.js";
import { activation, chain } from "../math/activations.js";
import { OPTIONS, scratchImport, scratchName } from "./curves.js";

const LOWEST = -16; // the logarithmic axis ends here; an exact zero is marked as one
const log = (v) => (v === 0 ? LOWEST : Math.max(LOWEST, Math.log10(Math.abs(v))));
const ASKED = { sigmoid: "ten", relu: "relus" }; // the question whose guess belongs to an activation

export function chainView(sim) {
  const factor = plot(sim, { label: "The factor of one layer", height: 280 });
  const product = plot(sim, { label: "What reaches each layer", height: 280 });
  const controls = [
    sim.bind(select, "activation", { label: "activation", options: OPTIONS }),
    sim.bind(stepper, "layers", { label: "layers", min: 1, max: 30 }),
    sim.bind(slider, "weight", { label: "weight w of every layer", min: -4, max: 6, step: 0.1 }),
    sim.bind(slider, "z", { label: "z", min: -6, max: 6, step: 0.05 }),
    sim.bind(segmented, "run", { label: "z of the layers", options: [[false, "the same z in all"], [true, "what the layer before makes"]] }),
    presets("show", [
      ["ten sigmoids at their steepest", () => sim.set({ activation: "sigmoid", layers: 10, weight: 1, z: 0, run: false })],
      ["a weight that seems to cure it", () => sim.set({ activation: "sigmoid", layers: 10, weight: 4, z: 0, run: false })],
      ["a gradient that explodes", () => sim.set({ activation: "relu", layers: 20, weight: 1.5, z: 0.5, run: false })],
    ]),
  ];

  function draw() {
    const name = sim.get("activation");
    const phi = activation(name, sim.get("alpha"));
    const [z0, w, n, run] = ["z", "weight", "layers", "run"].map(sim.get);
    const { z, factors, reaching } = chain(phi, { z: z0, w, n, run });
    drawFactor(phi, z, factors, w, n, run);
    drawProduct(reaching, n);
    sim.happened(sentence(factors, reaching[0], w, phi, z, run));
    sim.code(code(name, sim.get("alpha"), z0, w, n, run, reaching[0]));
  }

  function drawFactor(phi, z, factors, w, n, run) {
    const size = Math.max(1.25, Math.abs(w) * 1.2);
    factor.frame({ x: [-6, 6], y: w < 0 ? [-size, 0.3 * size] : [-0.2 * size, size], xName: "z", yName: "factor of one layer, w·φ′(z)", name: `w times the slope of ${phi.text}` });
    factor.line("one", [[-6, 1], [6, 1]], { colour: "var(--nn-muted)", width: 1, dash: "2 3" });
    factor.curve("factor", (v) => w * phi.df(v), { colour: "var(--nn-backward)", width: 3 });
    z.forEach((v, i) => run && i && factor.dot(`z${i}`, v, factors[i], { r: 3.5, fill: "var(--nn-backward)" }));
    const left = z[0] > 0 ? { anchor: "end", dx: -14 } : { anchor: "start", dx: 14 };
    const high = factors[0] > 0.8 * size;
    factor.text("here", z[0], factors[0], `${num(w)} × ${num(phi.df(z[0]))} = ${num(factors[0])}`, { ...left, dy: high ? 24 : -14, cls: "nn-strong" });
    factor.handle("z", {
      x: z[0], y: factors[0], label: run ? "z of the first layer" : "z of every layer", text: `z = ${num(z[0])}, factor ${num(factors[0])}`,
      colour: "var(--nn-backward)", onMove: (v) => sim.set({ z: Math.round(v * 100) / 100 }),
    });
    factor.done();
  }

  function drawProduct(reaching, n) {
    const logs = reaching.map(log);
    const guessed = sim.guess(ASKED[sim.get("activation")])?.mark;
    const all = [...logs, ...(guessed ? [log(guessed)] : [])];
    const y = [Math.min(-2, Math.floor(Math.min(...all)) - 0.5), Math.max(1, Math.ceil(Math.max(...all)) + 0.5)];
    const power = (v) => num(10 ** v, 1).replace(/^1·/, "");
    const yTicks = ticks(y, 5).filter(Number.isInteger);
    const xTicks = ticks([1, n], 8).filter(Number.isInteger);
    product.frame({ x: [0.5, n + 1.5], y, xName: "layer", yName: "gradient on its way back ←", xTicks, yTicks, yFormat: power, name: `What is left of a gradient of 1 before each of ${n} layers` });
    const points = [...logs.map((v, i) => [i + 1, v]), [n + 1, 0]];
    product.line("back", points, { colour: "var(--nn-backward)", width: 2 });
    points.forEach(([k, v], i) => {
      const zero = reaching[i] === 0;
      product.dot(`p${i}`, k, v, { r: 4.5, fill: zero ? "var(--nn-bg)" : "var(--nn-backward)", stroke: "var(--nn-backward)", "stroke-width": 2 });
    });
    product.text("loss", n + 1, 0, "1", { dy: -10, anchor: "middle" });
    if (guessed) {
      product.line("guess", [[0.5, log(guessed)], [n + 1.5, log(guessed)]], { cls: "nn-line nn-guess" });
      product.text("guess-text", 0.5, log(guessed), `your guess: ${num(guessed)}`, { dx: 4, dy: -6 });
    }
    product.text("left", 1, logs[0], reaching[0] === 0 ? "exactly 0" : num(reaching[0]), { dx: 12, dy: logs[0] > 0 ? -4 : 14, cls: "nn-strong" });
    product.done();
  }
  return { stage: [factor.el, product.el], controls, draw };
}

function sentence(factors, left, w, phi, z, run) {
  const n = factors.length;
  const first = `${num(w)} × ${num(phi.df(z[0]))} = ${num(factors[0])}`;
  const what = left === 0 ? "nothing at all" : num(left);
  const verdict = Math.abs(left) < 0.01 ? "It vanishes." : Math.abs(left) > 100 ? "It explodes." : "It survives.";
  if (run) return `The first layer multiplies by ${first}, the others by what their own z gives. Of a gradient of 1, ${what} is left after ${n} layers. ${verdict}`;
  return `Every layer multiplies by w·φ′(z) = ${first}. Of a gradient of 1, ${what} is left after ${n} layers. ${verdict}`;
}

function code(name, alpha, z, w, n, run, left) {
  const zs = run ? `zs = [${z}]
for _ in range(${n - 1}):
    zs.append(${w} * phi.f(zs[-1]))` : `zs = [${z}] * ${n}`;
  return `import numpy as np
from nnlib.scratch import ${scratchImport(name)}

phi = ${scratchName(name, alpha)}
${zs}
factors = ${w} * phi.df(np.array(zs, dtype=float))
np.prod(factors)  # ${left}`;
}
