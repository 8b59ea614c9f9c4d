// What happened, in one sentence; and the lines of nnlib that compute it.

import { num } from "../kit/format.js";
import { known, order } from "./compute.js";
import { names } from "./names.js";

/** Of the step that was just made. */
export function sentence(c, position) {
  const now = order(c.sizes)[position - 1];
  const n = names(c.sizes);
  if (!now) return "Nothing is computed yet. Step forward, or change a number.";
  const { phase, layer: l, unit: i } = now;
  const hidden = l < c.sizes.length - 2;
  const say = {
    forward: () =>
      hidden
        ? `Forward: ${n.unit(l, i)} adds up to ${num(c.before.Z[l][i])} and says ${num(c.before.A[l + 1][i])}.`
        : `Forward: ${n.unit(l, i)} says ${num(c.before.Z[l][i])}.`,
    loss: () => `The loss is ${num(c.before.loss)}.`,
    backward: () => `Backward: ${n.unit(l, i)} has δ = ${num(c.deltas[l][i])}, and each weight into it gets δ times what came in.`,
    update: () => `Every parameter moves by −η times its gradient; η is ${num(c.lr)}.`,
    again: () => verdict(c),
  };
  return say[phase]();
}

function verdict({ before, after, lr, squares }) {
  const [measured, predicted] = [after.loss - before.loss, -lr * squares];
  const told = `The loss went from ${num(before.loss)} to ${num(after.loss)}`;
  if (squares === 0) return `${told}: every gradient is zero, nothing moved.`;
  if (measured > 0) return `${told}: it rose, where −η‖g‖² promised ${num(predicted)}. The step was too large.`;
  return `${told}: ${num((100 * measured) / predicted)} % of the fall that −η‖g‖² promised.`;
}

/** Of an edit: how many of the numbers on the stage it changed. */
export function difference(old, c, position) {
  const has = known(c.sizes, position);
  const each = (phase, f) => c.sizes.slice(1).flatMap((m, l) => Array.from({ length: m }, (_, i) => (has(phase, l, i) ? f(l, i) : [])).flat());
  const changed = (values) => `${values.filter(([a, b]) => a !== b).length} of ${values.length}`;
  const last = c.sizes.length - 2;
  const ahead = each("forward", (l, i) => [[old.before.Z[l][i], c.before.Z[l][i]], ...(l < last ? [[old.before.A[l + 1][i], c.before.A[l + 1][i]]] : [])]);
  const parts = [`${changed(ahead)} numbers of the forward pass`];
  if (has("loss")) parts.push(old.before.loss === c.before.loss ? "not the loss" : `the loss (${num(old.before.loss)} → ${num(c.before.loss)})`);
  const blame = each("backward", (l, i) => [[old.deltas[l][i], c.deltas[l][i]]]);
  const gradients = each("backward", (l, i) => [...c.grads[l].W[i].map((g, j) => [old.grads[l].W[i][j], g]), [old.grads[l].b[i], c.grads[l].b[i]]]);
  if (blame.length) parts.push(`${changed(blame)} δ`, `${changed(gradients)} gradients`);
  return `That changed ${parts.slice(0, -1).join(", ")}${parts.length > 1 ? " and " : ""}${parts.at(-1)}.`;
}

/** Python that computes what is on the stage. */
export function code(c, position) {
  const has = known(c.sizes, position);
  const array = (value) => `np.array(${python(value)})`;
  const layers = c.params.map(({ W, b }) => `    (${array(W)}, ${array(b)}),`);
  const label = c.loss === "softmax_cross_entropy";
  const t = label ? `np.array([${c.target[0]}])` : array([c.target]);
  const lines = [
    "import numpy as np", "from nnlib import scratch", "",
    "params = [", ...layers, "]",
    `X, t = ${array([c.x])}, ${t}`,
    `phi = scratch.ACTIVATIONS["${c.activation}"]`, "",
    "out, cache = scratch.forward(params, X, phi)",
  ];
  if (has("loss")) lines.push(`loss, delta = scratch.${c.loss}(out, t)`);
  if (has("backward", c.sizes.length - 2, 0)) lines.push("grads, deltas = scratch.backward(params, cache, delta, phi)");
  if (has("update")) lines.push(`new = scratch.step(params, grads, lr=${c.lr})`);
  if (has("again")) lines.push(`after, _ = scratch.${c.loss}(scratch.forward(new, X, phi)[0], t)`);
  return lines.join("\n");
}

const python = (value) => (Array.isArray(value) ? `[${value.map(python).join(", ")}]` : Number.isInteger(value) ? `${value}.0` : String(value));
