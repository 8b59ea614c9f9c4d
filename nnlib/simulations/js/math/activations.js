// Activation functions and their derivatives, as in nnlib/scratch.py: functions of z, exact in
// float64 also far out. No page, no state: tests/js compares each with NumPy to 1e-12.

/** 1 / (1 + e⁻ᶻ); only e^(−|z|) is computed, so nothing overflows. */
export function sigmoid(z) {
  const e = Math.exp(-Math.abs(z));
  return (z >= 0 ? 1 : e) / (1 + e);
}

/** erfc(x) = 2/√π ∫ₓ^∞ e^(−t²) dt, with small relative error for large x too. */
export function erfc(x) {
  if (x < 0) return 2 - erfc(-x);
  const gauss = Math.exp(-x * x) / Math.sqrt(Math.PI);
  if (x > 2) {
    // Laplace's continued fraction x + ½/(x + 1/(x + 3/2/(x + …))), from the inside out
    let fraction = x;
    for (let k = 90; k >= 1; k--) fraction = x + k / 2 / fraction;
    return gauss / fraction;
  }
  // erf(x) = 2/√π e^(−x²) Σ (2x²)ⁿ x / (1·3·5 … (2n+1)): all terms positive, nothing cancels
  let term = x;
  let sum = x;
  for (let n = 1; term > sum * 1e-17; n++) sum += term *= (2 * x * x) / (2 * n + 1);
  return 1 - 2 * gauss * sum;
}

/** Φ(z), the share of a standard normal below z, and its density. */
const normalCdf = (z) => erfc(-z / Math.SQRT2) / 2;
const normalPdf = (z) => Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);

/** { f, df } of the leaky ReLU with slope alpha on the left. */
export const leaky = (alpha) => ({
  f: (z) => Math.max(z, alpha * z),
  df: (z) => (z > 0 ? 1 : alpha),
});

/** name → { text, f, df }; df(0) of ReLU is 0, a choice (torch's too). */
export const ACTIVATIONS = {
  relu: { text: "ReLU", f: (z) => Math.max(z, 0), df: (z) => (z > 0 ? 1 : 0) },
  leaky_relu: { text: "leaky ReLU", ...leaky(0.01) },
  elu: { text: "ELU", f: (z) => (z > 0 ? z : Math.expm1(z)), df: (z) => Math.exp(Math.min(z, 0)) },
  softplus: { text: "softplus", f: (z) => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z))), df: sigmoid },
  gelu: { text: "GELU", f: (z) => z * normalCdf(z), df: (z) => normalCdf(z) + z * normalPdf(z) },
  silu: { text: "SiLU", f: (z) => z * sigmoid(z), df: (z) => sigmoid(z) * (1 + z * sigmoid(-z)) },
  sigmoid: { text: "sigmoid", f: sigmoid, df: (z) => sigmoid(z) * sigmoid(-z) },
  tanh: { text: "tanh", f: Math.tanh, df: (z) => 1 - Math.tanh(z) ** 2 },
  identity: { text: "identity", f: (z) => z, df: () => 1 },
};

/** The activation of that name; alpha is the leaky ReLU's. */
export const activation = (name, alpha) => (name === "leaky_relu" ? { ...ACTIVATIONS[name], ...leaky(alpha) } : ACTIVATIONS[name]);

/** p_k = e^{z_k} / Σ e^{z_j}; the largest is taken away first, which changes nothing. */
export function softmax(z) {
  const largest = Math.max(...z);
  const e = z.map((v) => Math.exp(v - largest));
  const sum = e.reduce((a, b) => a + b);
  return e.map((v) => v / sum);
}

/** ∂p_i/∂z_j = p_i (1[i=j] − p_j): diag(p) − p pᵀ. */
export const softmaxJacobian = (p) => p.map((pi, i) => p.map((pj, j) => pi * ((i === j) - pj)));

/**
 * n layers z ↦ w·φ(z), one after the other, begun at z. Each multiplies what passes back by w·φ′.
 * `run`: each layer gets what the one before makes; else every layer stands at the same z.
 * Returns { z: [z₁ … z_n], factors, reaching } where reaching[k] is what is left of a gradient of 1
 * after it has passed layers n, n−1, …, k.
 */
export function chain({ f, df }, { z, w, n, run }) {
  const zs = [z];
  while (zs.length < n) zs.push(run ? w * f(zs.at(-1)) : z);
  const factors = zs.map((v) => w * df(v));
  const reaching = [...factors];
  for (let k = n - 2; k >= 0; k--) reaching[k] *= reaching[k + 1];
  return { z: zs, factors, reaching };
}

/** Where the slope stays below `tiny` all the way out: [left end of the flat right side, …]. */
export function flatZones({ df }, tiny = 0.01, far = 40) {
  const edge = (side) => {
    if (Math.abs(df(side * far)) >= tiny) return null;
    let [flat, steep] = [far, -far];
    for (let z = far; z > -far; z -= 0.05) {
      if (Math.abs(df(side * z)) >= tiny) {
        steep = z;
        break;
      }
      flat = z;
    }
    for (let i = 0; i < 50; i++) {
      const middle = (flat + steep) / 2;
      if (Math.abs(df(side * middle)) >= tiny) steep = middle;
      else flat = middle;
    }
    return side * flat;
  };
  return { below: edge(-1), above: edge(1) };
}
