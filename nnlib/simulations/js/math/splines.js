// The Kolmogorov–Arnold network on typed arrays, as in nnlib/feedforward/kan.py: every edge is a function
//   φ(x) = w·silu(x) + Σ c_k B_k(x),
// B_k the cubic B-splines on a uniform grid of `grid` intervals over [-1, 1], extended on both sides; a unit adds
// what its edges give. Parameters lie in one array, layer by layer: w (m × n), then c (m × n × (grid + 3)).

import { sigmoid } from "./activations.js";

/** The number of the interval that x lies in, counted from the left end of the extended grid. */
const interval = (x, grid) => Math.floor(((x + 1) * grid) / 2) + 3;

/** The four splines that are not zero at x, and their slopes, into out[0…7]; returns the number of the first. */
export function bases(x, grid, out) {
  const h = 2 / grid;
  const k = interval(x, grid);
  const u = (x + 1) / h - (k - 3); // where in the interval, 0 to 1
  const v = 1 - u;
  out[0] = (v * v * v) / 6;
  out[1] = (3 * u * u * u - 6 * u * u + 4) / 6;
  out[2] = (3 * v * v * v - 6 * v * v + 4) / 6;
  out[3] = (u * u * u) / 6;
  out[4] = (-v * v) / (2 * h);
  out[5] = (3 * u * u - 4 * u) / (2 * h);
  out[6] = (4 * v - 3 * v * v) / (2 * h);
  out[7] = (u * u) / (2 * h);
  return k - 3;
}

/** The network of these sizes; `rows`: the most examples it is asked for at once. */
export function splines(sizes, grid, rows) {
  const K = grid + 3;
  const layers = [];
  let size = 0;
  for (let l = 1; l < sizes.length; l++) {
    const [n, m] = [sizes[l - 1], sizes[l]];
    layers.push({ n, m, W: size, c: size + m * n, end: size + m * n * (1 + K) });
    size += m * n * (1 + K);
  }
  const last = layers.length - 1;
  const A = layers.map(({ m }) => new Float64Array(rows * m));
  const D = layers.map(({ m }) => new Float64Array(rows * m));
  // Of each number that comes in: silu, its slope, the four splines, their slopes, and which they are.
  const of = layers.map(({ n }) => ({ silu: new Float64Array(rows * n), slope: new Float64Array(rows * n), B: new Float64Array(rows * n * 8), first: new Int32Array(rows * n) }));
  const eight = new Float64Array(8);

  /** θ at the start: w as Xavier would draw weights, c with standard deviation 0.1/√n. */
  function start(draw) {
    const theta = new Float64Array(size);
    for (const { n, m, W, c, end } of layers) {
      for (let k = W; k < c; k++) theta[k] = draw() * Math.sqrt(2 / (n + m));
      for (let k = c; k < end; k++) theta[k] = (0.1 / Math.sqrt(n)) * draw();
    }
    return theta;
  }

  function look(below, count, { silu, slope, B, first }) {
    for (let q = 0; q < count; q++) {
      const x = Math.max(-1e6, Math.min(1e6, below[q])); // beyond, all splines are 0 in any case
      const s = sigmoid(below[q]);
      silu[q] = below[q] * s;
      slope[q] = s * (1 + below[q] * (1 - s));
      first[q] = bases(x, grid, eight);
      B.set(eight, 8 * q);
    }
  }

  /** Outputs of the first B rows of X. */
  function forward(theta, X, B) {
    let below = X;
    layers.forEach(({ n, m, W, c }, l) => {
      const known = of[l];
      look(below, B * n, known);
      const out = A[l];
      for (let r = 0; r < B; r++) {
        for (let i = 0; i < m; i++) {
          let sum = 0;
          for (let j = 0; j < n; j++) {
            const q = r * n + j;
            const edge = i * n + j;
            sum += theta[W + edge] * known.silu[q];
            for (let s = 0, k = known.first[q]; s < 4; s++, k++) if (k >= 0 && k < K) sum += theta[c + edge * K + k] * known.B[8 * q + s];
          }
          out[r * m + i] = sum;
        }
      }
      below = out;
    });
    return A[last];
  }

  /** The gradient of all parameters, from D.at(-1) = ∂L/∂outputs of the last forward pass. */
  function backward(theta, B, gradient) {
    gradient.fill(0);
    for (let l = last; l >= 0; l--) {
      const { n, m, W, c } = layers[l];
      const { silu, slope, B: basis, first } = of[l];
      const [d, down] = [D[l], l && D[l - 1]];
      if (down) down.fill(0, 0, B * n);
      for (let r = 0; r < B; r++) {
        for (let i = 0; i < m; i++) {
          const blame = d[r * m + i];
          for (let j = 0; j < n; j++) {
            const q = r * n + j;
            const edge = i * n + j;
            gradient[W + edge] += blame * silu[q];
            let steep = theta[W + edge] * slope[q];
            for (let s = 0, k = first[q]; s < 4; s++, k++) {
              if (k < 0 || k >= K) continue;
              gradient[c + edge * K + k] += blame * basis[8 * q + s];
              steep += theta[c + edge * K + k] * basis[8 * q + 4 + s];
            }
            if (down) down[q] += blame * steep;
          }
        }
      }
    }
    return gradient;
  }

  /** φ of one edge at x. */
  function edge(theta, l, i, j, x) {
    const { n, W, c } = layers[l];
    const first = bases(x, grid, eight);
    let sum = theta[W + i * n + j] * x * sigmoid(x);
    for (let s = 0; s < 4; s++) if (first + s >= 0 && first + s < K) sum += theta[c + (i * n + j) * K + first + s] * eight[s];
    return sum;
  }

  return { sizes, layers, size, start, forward, backward, A, Z: A, D, edge };
}
