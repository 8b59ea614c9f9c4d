// The networks the simulation begins with. Numbers with one decimal, by place in the table, so that
// one more unit leaves the others as they are. nnlib/simulations/forward_backward.py has the same.

const HIDDEN = [
  [[0.1, -0.4, 0.7], [-0.2, 0.3, -0.6], [0.6, 0.5, -0.3], [-0.8, 0.4, 0.9]],
  [[0.7, -0.2, 0.4, 0.3], [-0.5, 0.6, 0.1, -0.8], [0.2, 0.9, -0.4, 0.5], [-0.6, 0.3, 0.8, -0.1]],
];
const OUTPUT = [[0.5, -0.2, 0.1, 0.4], [-0.3, 0.6, 0.7, -0.5]];
const BIASES = [-0.1, 0.2, 0.3, -0.2];
const OUTPUT_BIASES = [0.3, -0.1];

/** { weights, biases, x, target } for these sizes; what `old` already has stays. */
export function network(sizes, loss, old) {
  const last = sizes.length - 2;
  const table = (l, hidden, output) => (l === last ? output : hidden);
  // The first layer and the last keep their numbers when one comes in between or goes.
  const kept = (list, l) => (l === last ? list.at(-1) : l < list.length - 1 ? list[l] : []) ?? [];
  const fill = (n, numbers, from) => Array.from({ length: n }, (_, i) => from[i] ?? numbers[i]);
  return {
    weights: sizes.slice(1).map((m, l) => {
      const rows = table(l, HIDDEN[l], OUTPUT);
      return rows.slice(0, m).map((row, i) => fill(sizes[l], row, kept(old.weights, l)[i] ?? []));
    }),
    biases: sizes.slice(1).map((m, l) => fill(m, table(l, BIASES, OUTPUT_BIASES), kept(old.biases, l))),
    x: fill(sizes[0], [2, -1, 0.5], old.x),
    target: targetFor(loss, sizes.at(-1), old.target),
  };
}

/** The target in the form a loss expects: numbers, numbers from 0 to 1, or one class. */
export function targetFor(loss, outputs, old) {
  if (loss === "softmax_cross_entropy") return [0];
  const numbers = [1, 0].slice(0, outputs).map((value, i) => old[i] ?? value);
  return loss === "sigmoid_cross_entropy" ? numbers.map((t) => Math.min(1, Math.max(0, t))) : numbers;
}
