// The networks the simulation begins with. Numbers with one decimal, by their place, so that one more
// unit leaves the others as they are. nnlib/simulations/forward_backward.py has the same.

import { isSoftmax } from "./compute.js";

const HIDDEN = [0.1, -0.4, 0.7, 0.2, -0.2, 0.3, -0.6, 0.8, 0.6, 0.5, -0.3, -0.1, -0.8, 0.4, 0.9, -0.5];
const OUTPUT = [0.5, -0.2, 0.1, 0.4, -0.3, 0.6, 0.7, -0.5];
const [HIDDEN_BIASES, OUTPUT_BIASES, X, TARGET] = [[-0.1, 0.2, 0.3, -0.2], [0.3, -0.1], [2, -1, 0.5], [1, 0]];

/** { weights, biases, x, target } for these sizes; what `old` already has stays. */
export function network(sizes, loss, old) {
  const last = sizes.length - 2;
  // The first layer and the last keep their numbers when one comes in between or goes.
  const kept = (list, l) => (l === last ? list.at(-1) : list.slice(0, -1)[l]) ?? [];
  const fill = (n, from, number) => Array.from({ length: n }, (_, i) => from[i] ?? number(i));
  const row = (l, i, from) => fill(sizes[l], from ?? [], (j) => (l === last ? OUTPUT[4 * i + j] : HIDDEN[(6 * l + 4 * i + j) % 16]));
  return {
    weights: sizes.slice(1).map((m, l) => Array.from({ length: m }, (_, i) => row(l, i, kept(old.weights, l)[i]))),
    biases: sizes.slice(1).map((m, l) => fill(m, kept(old.biases, l), (i) => (l === last ? OUTPUT_BIASES : HIDDEN_BIASES)[i])),
    x: fill(sizes[0], old.x, (j) => X[j]),
    target: targetFor(loss, sizes.at(-1), old.target),
  };
}

/** The target in the form a loss expects: numbers, numbers from 0 to 1, or one class. */
export function targetFor(loss, outputs, old) {
  if (isSoftmax(loss)) return [0];
  const numbers = TARGET.slice(0, outputs).map((value, i) => old[i] ?? value);
  return loss[0] === "s" ? numbers.map((t) => Math.min(1, Math.max(0, t))) : numbers;
}
