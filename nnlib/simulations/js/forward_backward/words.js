// What happened, in one sentence; and the lines of nnlib that compute it.

import { num } from "../kit/format.js";
import { known } from "./compute.js";

/** What the step just made has brought: its results, or how far the prediction held. */
export function sentence(c, step) {
  if (!step) return "Nothing is computed yet.";
  const { before, after, lr, squares } = c;
  if (step.phase === "again") {
    const [measured, predicted] = [after.loss - before.loss, -lr * squares];
    const told = `The loss went from ${num(before.loss)} to ${num(after.loss)}`;
    if (measured > 0) return `${told}. It rose, where −η‖g‖² promised ${num(predicted)}: the step was too large.`;
    return squares ? `${told}, ${num((100 * measured) / predicted)} % of the fall that −η‖g‖² promised.` : `${told}: all gradients are 0.`;
  }
  if (step.phase === "update") return `Every parameter moves by −${num(lr)} times its gradient.`;
  const results = step.lines.map((line) => `${line[0]} = ${num(line.at(-1)[0][0])}`);
  return `${step.title[0].toUpperCase()}${step.title.slice(1)}: ${results.join(", ")}.`;
}

/** How many of the numbers on the stage an edit has changed. */
export function difference(old, c, position) {
  const has = known(c.sizes, position);
  const both = (phase, read) => c.sizes.slice(1).flatMap((m, l) =>
    Array.from({ length: m }, (_, i) => (has(phase, l, i) ? [read(old, l, i), read(c, l, i)] : null)).filter(Boolean));
  const changed = (pairs) => {
    const [was, is] = [0, 1].map((side) => pairs.flatMap((pair) => pair[side]));
    return `${is.filter((value, k) => value !== was[k]).length} of ${is.length}`;
  };
  const said = both("forward", ({ before: { Z, A } }, l, i) => (A[l + 1] ? [Z[l][i], A[l + 1][i]] : [Z[l][i]]));
  const blame = both("backward", ({ deltas }, l, i) => deltas[l][i]);
  const gradients = both("backward", ({ grads }, l, i) => [...grads[l].W[i], grads[l].b[i]]);
  const loss = has("loss") ? `. The loss: ${num(old.before.loss)} → ${num(c.before.loss)}` : "";
  return `That changed ${changed(said)} forward numbers, ${changed(blame)} δ, ${changed(gradients)} gradients${loss}.`;
}

/** Python that computes what is on the stage. */
export function code(c, position) {
  const has = known(c.sizes, position);
  const array = (value) => `np.array(${JSON.stringify(value).replaceAll(",", ", ").replace(/\d+(?=[,\]])/g, (d, at, s) => (/[.e\d-]/.test(s[at - 1]) && s[at - 1] !== "-" ? d : `${d}.0`))})`;
  return `import numpy as np
from nnlib import scratch

params = [
${c.params.map(({ W, b }) => `    (${array(W)}, ${array(b)}),`).join("\n")}
]
X, t = ${array([c.x])}, ${c.loss[1] === "o" ? `np.array([${c.target}])` : array([c.target])}
phi = scratch.ACTIVATIONS["${c.activation}"]

out, cache = scratch.forward(params, X, phi)
${[
    ["loss", `loss, delta = scratch.${c.loss}(out, t)`],
    ["backward", "grads, deltas = scratch.backward(params, cache, delta, phi)"],
    ["update", `new = scratch.step(params, grads, lr=${c.lr})`],
    ["again", `after, _ = scratch.${c.loss}(scratch.forward(new, X, phi)[0], t)`],
  ].filter(([phase]) => (phase === "backward" ? has(phase, c.sizes.length - 2, 0) : has(phase))).map(([, line]) => line).join("\n")}`.trim();
}
