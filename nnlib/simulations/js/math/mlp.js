// The multilayer perceptron as in nnlib/scratch.py, with its names and its one convention:
// rows are examples, Z = X Wᵀ + b, δ = ∂L/∂Z, dW = δᵀ A, db = δ summed over rows, dA = δ W.
// A matrix is a list of rows; parameters are [{ W, b }, …]; an activation is { f, df }.
// No page, no state: tests/js compares every number with NumPy to 1e-12.

import { ACTIVATIONS, sigmoid } from "./activations.js";

const { softplus } = ACTIVATIONS;
const total = (values) => values.reduce((a, b) => a + b, 0);
const dot = (a, b) => {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k] * b[k];
  return sum;
};
const columns = (matrix) => matrix[0].map((_, j) => matrix.map((row) => row[j]));
const zip = (A, B, f) => A.map((row, i) => row.map((value, j) => f(value, B[i][j])));

/** One layer: Z (B, m) from A (B, n), W (m, n), b (m). */
export const linear = (A, { W, b }) => A.map((row) => W.map((w, i) => dot(row, w) + b[i]));

/** Logits (B, K) of X (B, n), and the cache { A: [X, A₁, …], Z: [Z₁, …, Z_L] }; the last layer is linear. */
export function forward(params, X, { f }) {
  const cache = { A: [], Z: [] };
  let A = X;
  for (const layer of params) {
    cache.A.push(A);
    const Z = linear(A, layer);
    cache.Z.push(Z);
    A = Z.map((row) => row.map(f));
  }
  return { logits: cache.Z.at(-1), cache };
}

/** One layer back: its gradients { W, b } and dA, from δ (B, m) and what the layer received, A (B, n). */
export function linearBackward(delta, A, { W }) {
  const inputs = columns(A);
  const blame = columns(delta);
  const outgoing = columns(W);
  return {
    grad: { W: blame.map((d) => inputs.map((a) => dot(d, a))), b: blame.map(total) },
    dA: delta.map((row) => outgoing.map((w) => dot(row, w))),
  };
}

/** All gradients [{ W, b }, …] and deltas [δ₁, …, δ_L], from ∂L/∂logits. */
export function backward(params, cache, delta, { df }) {
  const grads = [];
  const deltas = [];
  for (let l = params.length - 1; l >= 0; l--) {
    const { grad, dA } = linearBackward(delta, cache.A[l], params[l]);
    grads.unshift(grad);
    deltas.unshift(delta);
    if (l > 0) delta = zip(dA, cache.Z[l - 1], (da, z) => da * df(z));
  }
  return { grads, deltas };
}

/** Every parameter minus lr times its gradient; new parameters. */
export const step = (params, grads, lr) =>
  params.map(({ W, b }, l) => ({
    W: zip(W, grads[l].W, (w, g) => w - lr * g),
    b: b.map((value, i) => value - lr * grads[l].b[i]),
  }));

/** ‖g‖²: the sum of the squares of all gradients. */
export const normSquared = (grads) =>
  total(grads.map(({ W, b }) => dot(b, b) + total(W.map((row) => dot(row, row)))));

/** log p along a row; taking away the largest logit keeps e^z from overflowing. */
export function logSoftmax(z) {
  const largest = Math.max(...z);
  const log = Math.log(total(z.map((v) => Math.exp(v - largest))));
  return z.map((v) => v - largest - log);
}

// ── losses: each returns { loss, delta, p }: the mean over the batch, ∂loss/∂logits, and what the
// loss reads from the logits: probabilities, or the outputs themselves ──

/** ½ Σ (o − t)²; t (B, K). */
export const halfSquaredError = (outputs, t) => ({
  loss: total(zip(outputs, t, (o, y) => (o - y) ** 2).map(total)) / (2 * outputs.length),
  delta: zip(outputs, t, (o, y) => (o - y) / outputs.length),
  p: outputs,
});

/** Σ −t log σ(z) − (1 − t) log(1 − σ(z)); t (B, K) in [0, 1]. */
export const sigmoidCrossEntropy = (logits, t) => ({
  loss: total(zip(logits, t, (z, y) => y * softplus.f(-z) + (1 - y) * softplus.f(z)).map(total)) / logits.length,
  delta: zip(logits, t, (z, y) => (sigmoid(z) - y) / logits.length),
  p: logits.map((row) => row.map(sigmoid)),
});

/** −log p of the right class; y (B), whole numbers. */
export function softmaxCrossEntropy(logits, y) {
  const logP = logits.map(logSoftmax);
  const p = logP.map((row) => row.map(Math.exp));
  return {
    loss: -total(logP.map((row, i) => row[y[i]])) / logits.length,
    delta: p.map((row, i) => row.map((value, k) => (value - (k === y[i])) / logits.length)),
    p,
  };
}

/** By the names they have in nnlib.scratch. */
export const LOSSES = {
  half_squared_error: halfSquaredError,
  sigmoid_cross_entropy: sigmoidCrossEntropy,
  softmax_cross_entropy: softmaxCrossEntropy,
};
