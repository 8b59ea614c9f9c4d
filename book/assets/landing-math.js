// The mathematics of the landing page's network: 1 input, 4 tanh neurons, 1 output, 13 numbers.
// Forward pass, hand-derived gradients, Adam. No DOM, no library.
(function () {
  "use strict";

  const HIDDEN = 4;
  const START = {
    w: [1.6, 1.3, 1.4, 1.7], // x → hidden
    b: [2.6, 0.8, -0.9, -2.4],
    v: [0.3, -0.3, 0.3, -0.3], // hidden → output
    c: 0,
  };
  const X = [-2.7, -1.8, -0.9, 0, 0.9, 1.8, 2.7];
  const Y = [-0.55, 0.35, 0.75, 0.1, -0.65, -0.35, 0.6];

  const flatten = (p) => [...p.w, ...p.b, ...p.v, p.c];
  const unflatten = (a) => ({
    w: a.slice(0, HIDDEN),
    b: a.slice(HIDDEN, 2 * HIDDEN),
    v: a.slice(2 * HIDDEN, 3 * HIDDEN),
    c: a[3 * HIDDEN],
  });

  /** Hidden activations and output for one number `x`. */
  function forward(a, x) {
    const p = unflatten(a);
    const h = p.w.map((w, j) => Math.tanh(w * x + p.b[j]));
    return { h, y: h.reduce((sum, value, j) => sum + p.v[j] * value, p.c) };
  }

  /** Mean of ½(output − target)² over the points, and its 13 derivatives. */
  function gradients(a, xs, ys) {
    const p = unflatten(a);
    const g = new Array(a.length).fill(0);
    let loss = 0;
    xs.forEach((x, i) => {
      const { h, y } = forward(a, x);
      const delta = (y - ys[i]) / xs.length;
      loss += ((y - ys[i]) * delta) / 2;
      h.forEach((value, j) => {
        const back = delta * p.v[j] * (1 - value * value);
        g[j] += back * x;
        g[HIDDEN + j] += back;
        g[2 * HIDDEN + j] += delta * value;
      });
      g[3 * HIDDEN] += delta;
    });
    return { loss, g };
  }

  /** One step of Adam (Kingma and Ba, 2015, algorithm 1) on `s` = {a, m, r, t}: numbers, mean and
   *  mean square of their derivatives, steps since these two began. */
  function adam(s, g, rate = 0.02) {
    const t = s.t + 1;
    const m = s.m.map((value, i) => 0.9 * value + 0.1 * g[i]);
    const r = s.r.map((value, i) => 0.999 * value + 0.001 * g[i] * g[i]);
    const a = s.a.map((value, i) => {
      const slope = m[i] / (1 - 0.9 ** t);
      return value - (rate * slope) / (Math.sqrt(r[i] / (1 - 0.999 ** t)) + 1e-8);
    });
    return { a, m, r, t };
  }

  const zeros = () => new Array(3 * HIDDEN + 1).fill(0);
  const fresh = () => ({ a: flatten(START), m: zeros(), r: zeros(), t: 0 });

  globalThis.nnLanding = { HIDDEN, X, Y, flatten, unflatten, forward, gradients, adam, zeros, fresh };
})();
