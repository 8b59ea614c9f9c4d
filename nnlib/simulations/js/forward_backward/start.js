// The networks the simulation begins with. Numbers with one decimal, by place in the table, so that
// one more unit leaves the others as they are. nnlib/simulations/forward_backward.py has the same.

const HIDDEN = [
  [[0.1, -0.4, 0.7], [-0.2, 0.3, -0.6], [0.6, 0.5, -0.3], [-0.8, 0.4, 0.9]],
  [[0.7, -0.2, 0.4, 0.3], [-0.5, 0.6, 0.1, -0.8], [0.2, 0.9, -0.4, 0.5], [-0.6, 0.3, 0.8, -0.1]],
];
const OUTPUT = [[0.5, -0.2, 0.1, 0.4], [-0.3, 0.6, 0.7, -0.5]];
const BIASES = [-0.1, 0.2, 0.3, -0.2];
const OUTPUT_BIASES = [0.3, -0.1];
const X = [2, -1, 0.5];
const TARGET = [1, 0];

/** { weights, biases, x, target } for these sizes; what `old` already has stays. */
export function network(sizes, loss, old = { weights: [], biases: [], x: [], target: [] }) {
  const last = sizes.length - 2;
  const sameDepth = old.weights.length === last + 1;
  const before = (l) => (l === last ? old.weights.length - 1 : sameDepth || l === 0 ? l : -1);
  const weights = sizes.slice(1).map((m, l) => {
    const table = l === last ? OUTPUT : HIDDEN[l];
    const kept = old.weights[before(l)];
    return Array.from({ length: m }, (_, i) => Array.from({ length: sizes[l] }, (_, j) => kept?.[i]?.[j] ?? table[i][j]));
  });
  const biases = sizes.slice(1).map((m, l) => {
    const table = l === last ? OUTPUT_BIASES : BIASES;
    return Array.from({ length: m }, (_, i) => old.biases[before(l)]?.[i] ?? table[i]);
  });
  const x = X.slice(0, sizes[0]).map((value, j) => old.x[j] ?? value);
  return { weights, biases, x, target: targetFor(loss, sizes.at(-1), old.target) };
}

/** The target in the form a loss expects: numbers, numbers from 0 to 1, or one class. */
export function targetFor(loss, outputs, old = []) {
  if (loss === "softmax_cross_entropy") return [old.length === 1 && old[0] === 1 ? 1 : 0];
  const numbers = TARGET.slice(0, outputs).map((value, i) => old[i] ?? value);
  return loss === "sigmoid_cross_entropy" ? numbers.map((t) => Math.min(1, Math.max(0, t))) : numbers;
}

const SIZES = [2, 3, 1];
const EXAMPLE = { ...network(SIZES, "half_squared_error"), activation: "tanh", loss: "half_squared_error", lr: 0.1 };
const saturated = structuredClone(EXAMPLE.weights);
saturated[0][2] = [3, -2];
saturated[1][0][2] = 0.9;

/** Presets: what they show → the whole state. Positions count the steps of a 2-3-1 network. */
export const BLAMED = 9; // forward 4, loss 1, backward 4
export const PRESETS = {
  "the example": { ...EXAMPLE, position: 6 },
  "an input is zero": { ...EXAMPLE, x: [2, 0], target: [-2], position: BLAMED },
  "a ReLU is off": { ...EXAMPLE, activation: "relu", position: BLAMED },
  "a unit is saturated": { ...EXAMPLE, weights: saturated, target: [3], position: BLAMED },
  "units are twins": { ...EXAMPLE, weights: [[[0.4, 0.2], [0.4, 0.2], [0.4, 0.2]], [[0.5, 0.5, 0.5]]], biases: [[0.1, 0.1, 0.1], [0.1]], position: BLAMED },
  "the step is too large": { ...EXAMPLE, lr: 0.8, position: BLAMED + 2 },
};
