// What happened, in one sentence; and the lines of nnlib that compute it.

import { num } from "../kit/format.js";
import { ACTIVATIONS } from "../math/activations.js";

const BRANCH = { plain: "s = 1", scaled: "s = 1/√(blocks)", zero: "W₂ = 0 at first" };

export function sentence(c, old) {
  const n = c.layers.length;
  if (old && c.path.length && c.path !== old.path) return moved(c);
  if (old && String(old.frozen) !== String(c.frozen)) return freezing(c);
  const ratio = c.size[0] / c.size.at(-1);
  const way = !(c.loss < Infinity) || Number.isNaN(ratio) ? "Numbers overflow: nothing can be learned."
    : ratio < 1e-2 ? `It vanishes: layer 1 gets ${num(ratio)} of what layer ${n} gets.`
    : ratio > 1e2 ? `It explodes: layer 1 gets ${num(ratio)} times what layer ${n} gets.`
    : `It survives: layer 1 gets ${num(ratio)} times what layer ${n} gets.`;
  const kind = c.residual ? `, residual, ${BRANCH[c.residual]}` : "";
  const one = c.batch ? "" : `Example ${c.example}, class ${c.examples[c.data][1][c.example - 1]}. `;
  return `${one}Blame ‖δ‖ on its way back through ${n} layers (${ACTIVATIONS[c.activation].text}${kind}): ${way} The loss is ${num(c.loss)}.${still(c)}`;
}

const list = (numbers) => (numbers.length > 1 ? `layers ${[...numbers].sort((a, b) => a - b).join(", ")}` : `layer ${numbers[0]}`);
const still = ({ frozen }) => (frozen.length ? ` Frozen: ${list(frozen)}; every gradient is still there.` : "");

function freezing(c) {
  if (!c.frozen.length) return "No layer is frozen; the next step moves all of them.";
  return `Frozen: ${list(c.frozen)}. The next step leaves the weights there as they are. No gradient has changed, neither there nor in the layers below: blame passes through a frozen layer as before.`;
}

function moved(c) {
  if (!Number.isFinite(c.loss)) return `Step ${c.path.length}: the numbers overflow. That step was too large.`;
  const taken = c.path.at(-1);
  const which = taken.example ? ` (on example ${taken.example})` : "";
  const rest = taken.frozen.length ? ` All layers moved but ${list(taken.frozen)}, which ${taken.frozen.length > 1 ? "were" : "was"} frozen.` : "";
  const total = c.path.length > 1 ? `, ${num(c.begun)} at the start` : "";
  return `Step ${c.path.length}${which}: the loss went from ${num(c.before)} to ${num(c.loss)}${total}.${rest}`;
}

/** Python that computes what is on the stage. */
export function code(c) {
  const [l, p, i, j] = c.at;
  const python = (value) => JSON.stringify(value).replaceAll(",", ", ").replaceAll(":", ": ").replace("null", "None");
  const names = ["depth", "width", "activation", "init", "residual", "data", "seed", ...(c.path.length ? ["path"] : [])];
  const args = names.map((name) => `${name}=${python(c[name])}`).join(", ");
  const make = c.given.weights ? "sim = …  # your call of BackpropBlame.from_model" : `sim = BackpropBlame(${args})`;
  const pass = c.residual || c.layers.at(-1)[0].W.length < 2
    ? `loss, _, grads, deltas = sim.run()  # nnlib/simulations/deep.py
grads[${l}][${p}][0]`
    : `(X, y), phi = sim.Xy, scratch.ACTIVATIONS["${c.activation}"]
logits, cache = scratch.forward(sim.params, X, phi)
loss, delta = scratch.softmax_cross_entropy(logits, y)
grads, deltas = scratch.backward(sim.params, cache, delta, phi)
grads[${l}][0]`;
  return `from nnlib import scratch
from nnlib.simulations import BackpropBlame

${make}${c.batch ? "" : `\nsim.batch, sim.example = False, ${c.example}`}
${pass}[${i}, ${j}]  # ${c.g}`;
}
