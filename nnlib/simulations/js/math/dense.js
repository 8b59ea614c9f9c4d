// The multilayer perceptron on typed arrays: fast enough to learn between two frames. Conventions as in
// mlp.js: rows are examples, Z = X Wᵀ + b, δ = ∂L/∂Z, dW = δᵀ A. All parameters lie in one array θ,
// layer by layer W (row by row), then b. No page, no state but buffers; NumPy computes the same.

import { sigmoid } from "./activations.js";

/** name → { text, f(z), slope(z, a) with a = f(z) }. */
export const BENDS = {
  relu: { text: "ReLU", f: (z) => (z > 0 ? z : 0), slope: (z) => (z > 0 ? 1 : 0) },
  leaky_relu: { text: "leaky ReLU", f: (z) => (z > 0 ? z : 0.01 * z), slope: (z) => (z > 0 ? 1 : 0.01) },
  tanh: { text: "tanh", f: Math.tanh, slope: (z, a) => 1 - a * a },
  sigmoid: { text: "sigmoid", f: sigmoid, slope: (z) => sigmoid(z) * sigmoid(-z) },
  silu: { text: "SiLU", f: (z) => z * sigmoid(z), slope: (z) => sigmoid(z) * (1 + z * sigmoid(-z)) },
  identity: { text: "none (linear)", f: (z) => z, slope: () => 1 },
};

/** Standard deviation of a weight at the start; "auto" is He's for what is zero or small on the left, else Xavier's. */
const xavier = (m, n) => Math.sqrt(2 / (n + m));
const he = (m, n) => Math.sqrt(2 / n);
export const spread = (init, activation) =>
  ({ xavier, he, small: (m, n) => xavier(m, n) / 2, large: (m, n) => 2 * xavier(m, n), zero: () => 0 })[init] ??
  (/relu|silu/.test(activation) ? he : xavier);

/** The network of these sizes; `rows`: the most examples it is asked for at once. */
export function dense(sizes, activation, rows) {
  const { f, slope } = BENDS[activation];
  const layers = [];
  let size = 0;
  for (let l = 1; l < sizes.length; l++) {
    const [n, m] = [sizes[l - 1], sizes[l]];
    layers.push({ n, m, W: size, b: size + m * n, end: size + m * n + m });
    size += m * n + m;
  }
  const last = layers.length - 1;
  const A = layers.map(({ m }) => new Float64Array(rows * m));
  const Z = layers.map(({ m }) => new Float64Array(rows * m));
  const D = layers.map(({ m }) => new Float64Array(rows * m));
  let input;
  let used; // the dropout masks of this pass

  /** θ at the start: weights row by row, biases zero. */
  function start(draw, init) {
    const theta = new Float64Array(size);
    const std = spread(init, activation);
    for (const { n, m, W } of layers) for (let k = 0; k < m * n; k++) theta[W + k] = draw() * std(m, n);
    return theta;
  }

  /** Logits of the first B rows of X; what lies between them is kept in A and Z. masks: one array a hidden layer. */
  function forward(theta, X, B, masks) {
    input = X;
    used = masks;
    let below = X;
    layers.forEach(({ n, m, W, b }, l) => {
      const [z, a, mask] = [Z[l], A[l], l < last && masks?.[l]];
      for (let r = 0; r < B; r++) {
        for (let i = 0; i < m; i++) {
          let sum = 0;
          for (let j = 0; j < n; j++) sum += theta[W + i * n + j] * below[r * n + j];
          sum += theta[b + i];
          const at = r * m + i;
          z[at] = sum;
          a[at] = l === last ? sum : mask ? f(sum) * mask[at] : f(sum);
        }
      }
      below = a;
    });
    return Z[last];
  }

  /** The gradient of all parameters, from D.at(-1) = ∂L/∂logits of the last forward pass; δ of each layer is left in D. */
  function backward(theta, B, gradient) {
    gradient.fill(0);
    for (let l = last; l >= 0; l--) {
      const { n, m, W, b } = layers[l];
      const [d, below] = [D[l], l ? A[l - 1] : input];
      for (let r = 0; r < B; r++) {
        for (let i = 0; i < m; i++) {
          const blame = d[r * m + i];
          if (blame === 0) continue;
          for (let j = 0; j < n; j++) gradient[W + i * n + j] += blame * below[r * n + j];
          gradient[b + i] += blame;
        }
      }
      if (!l) break;
      const [down, z, a, mask] = [D[l - 1], Z[l - 1], A[l - 1], used?.[l - 1]];
      for (let r = 0; r < B; r++) {
        for (let j = 0; j < n; j++) {
          let sum = 0;
          for (let i = 0; i < m; i++) sum += d[r * m + i] * theta[W + i * n + j];
          const at = r * n + j;
          down[at] = mask ? sum * mask[at] * slope(z[at], f(z[at])) : sum * slope(z[at], a[at]);
        }
      }
    }
    return gradient;
  }

  return { sizes, layers, size, start, forward, backward, A, Z, D, slope };
}
