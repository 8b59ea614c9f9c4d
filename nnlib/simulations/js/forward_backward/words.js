// What happened, in one sentence; and the lines of nnlib that compute it.

import { num } from "../kit/format.js";
import { isSoftmax } from "./compute.js";

export const capital = (text) => text[0].toUpperCase() + text.slice(1);

/** What the step just made has brought: its results, or how far the prediction held. */
export function sentence({ before, after, lr, squares }, step) {
  if (!step) return "Nothing is computed yet.";
  if (step.phase === "update") return `Every parameter moves by −${num(lr)} times its gradient.`;
  if (step.phase !== "again") return `${capital(step.title)}: ${step.lines.map((line) => `${line[0]} = ${num(line.at(-1)[0][0])}`).join(", ")}.`;
  const [measured, predicted] = [after.loss - before.loss, -lr * squares];
  const told = `The loss went from ${num(before.loss)} to ${num(after.loss)}`;
  if (measured > 0) return `${told}. It rose, where −η‖g‖² promised ${num(predicted)}: the step was too large.`;
  return squares ? `${told}, ${num((100 * measured) / predicted)} % of the fall that −η‖g‖² promised.` : `${told}: all gradients are 0.`;
}

/** How many of the numbers on the stage an edit has changed; counts: { forward: [changed, all], … }. */
export const difference = (counts) =>
  `That changed ${Object.entries(counts).filter(([, [, all]]) => all).map(([role, [changed, all]]) => (role === "loss" ? `${changed ? "" : "not "}the loss` : `${changed} of ${all} numbers ${role}`)).join(", ")}.`;

/** Python that computes what is on the stage. */
export function code({ params, x, target, activation, loss, lr }) {
  const array = (value) => `np.array(${JSON.stringify(value).replaceAll(",", ", ")})`;
  return `import numpy as np
from nnlib import scratch

params = [
${params.map(({ W, b }) => `    (${array(W)}, ${array(b)}),\n`).join("")}]
X, t = ${array([x])}, ${array(isSoftmax(loss) ? target : [target])}
phi = scratch.ACTIVATIONS["${activation}"]

out, cache = scratch.forward(params, X, phi)
loss, delta = scratch.${loss}(out, t)
grads, deltas = scratch.backward(params, cache, delta, phi)
new = scratch.step(params, grads, lr=${lr})
after, _ = scratch.${loss}(scratch.forward(new, X, phi)[0], t)`;
}
