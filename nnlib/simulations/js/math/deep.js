// A deep network, with or without residual branches; nnlib/simulations/deep.py computes the same.
// It is a list of layers, and a layer a list of parts { W, b }: one part is φ(W h + b), linear in the
// last layer; two parts are a residual block, h + s·(W₂ φ(W₁ h + b₁) + b₂). Conventions as in mlp.js.

import { linear, linearBackward, step as stepped } from "./mlp.js";
import { he, mulberry32, normal, xavier } from "./random.js";

/** Standard deviation of a weight matrix (m, n) at the start. */
export const STARTS = {
  xavier,
  he,
  small: (m, n) => xavier(m, n) / 2,
  large: (m, n) => xavier(m, n) * 2,
};

const map2 = (A, B, f) => A.map((row, i) => row.map((value, j) => f(value, B[i][j])));

/** Layers as drawn at the start: weights row by row, biases zero. W₂ of a block has variance 1/n, not 2/n, under He. */
export function start({ inputs, outputs, depth, width, init, residual, seed }) {
  const draw = normal(mulberry32(seed));
  const part = (m, n, std) => ({
    W: Array.from({ length: m }, () => Array.from({ length: n }, () => draw() * std)),
    b: Array(m).fill(0),
  });
  const std = STARTS[init];
  const second = (n) => (residual === "zero" ? 0 : (init === "he" ? xavier : std)(n, n));
  return Array.from({ length: depth }, (_, l) => {
    const n = l === 0 ? inputs : width;
    const m = l === depth - 1 ? outputs : width;
    const inside = residual && l > 0 && l < depth - 1;
    return inside ? [part(n, n, std(n, n)), part(n, n, second(n))] : [part(m, n, std(m, n))];
  });
}

/** s: how strongly a branch is added. "scaled" is 1/√(number of blocks). */
export const branchScale = (layers, residual) =>
  residual === "scaled" ? 1 / Math.sqrt(Math.max(1, layers.filter((parts) => parts.length === 2).length)) : 1;

/** Logits and the cache: for each layer { A: what each part received, Z: its sums, h: what came out }. */
export function forward(layers, X, { f }, s = 1) {
  const cache = [];
  let h = X;
  layers.forEach((parts, l) => {
    const Z = [linear(h, parts[0])];
    const A = [h];
    if (parts.length === 2) {
      A.push(Z[0].map((row) => row.map(f)));
      Z.push(linear(A[1], parts[1]));
      h = map2(h, Z[1], (a, z) => a + s * z);
    } else h = l === layers.length - 1 ? Z[0] : Z[0].map((row) => row.map(f));
    cache.push({ A, Z, h });
  });
  return { logits: h, cache };
}

/** { grads, deltas } part by part, from ∂L/∂logits; δ = ∂L/∂Z of that part. */
export function backward(layers, cache, delta, { df }, s = 1) {
  const grads = [];
  const deltas = [];
  let dH = delta;
  for (let l = layers.length - 1; l >= 0; l--) {
    const [first, second] = layers[l];
    const { A, Z } = cache[l];
    const slope = (d, z) => d * df(z);
    if (second) {
      const d2 = dH.map((row) => row.map((d) => s * d));
      const top = linearBackward(d2, A[1], second);
      const d1 = map2(top.dA, Z[0], slope);
      const low = linearBackward(d1, A[0], first);
      grads.unshift([low.grad, top.grad]);
      deltas.unshift([d1, d2]);
      dH = map2(dH, low.dA, (a, b) => a + b); // two paths, the stream and the branch: they add
    } else {
      const d = l === layers.length - 1 ? dH : map2(dH, Z[0], slope);
      const { grad, dA } = linearBackward(d, A[0], first);
      grads.unshift([grad]);
      deltas.unshift([d]);
      dH = dA;
    }
  }
  return { grads, deltas };
}

/** One step downhill; the layers numbered in `frozen` (from 1) stay as they are. */
export const step = (layers, grads, lr, frozen = []) =>
  layers.map((parts, l) => (frozen.includes(l + 1) ? parts : stepped(parts, grads[l], lr)));

/** The same network with another weight at [layer, part, unit, input], counted from 0. */
export const withWeight = (layers, [l, p, i, j], value) =>
  layers.with(l, layers[l].with(p, { ...layers[l][p], W: layers[l][p].W.with(i, layers[l][p].W[i].with(j, value)) }));

/** ‖M‖: the root of the sum of squares, scaled so that 10⁻²⁰⁰ does not underflow. */
export function norm(matrix) {
  let largest = 0;
  for (const row of matrix) for (const v of row) largest = Math.max(largest, Math.abs(v));
  if (!(largest > 0 && largest < Infinity)) return largest;
  let sum = 0;
  for (const row of matrix) for (const v of row) sum += (v / largest) ** 2;
  return largest * Math.sqrt(sum);
}
/** Root mean square of all entries. */
export const rms = (matrix) => norm(matrix) / Math.sqrt(matrix.length * matrix[0].length);
