// Training as a function of the setting and the number of steps: what is random (start, order, dropout) is drawn
// anew for each epoch and step from the seed, so any step can be reached again, from any other, to the last bit.
// nnlib/simulations/learning.py computes the same with NumPy. No page.

import { sigmoid } from "./activations.js";
import { dense } from "./dense.js";
import { split, stream } from "./points.js";
import { normal } from "./random.js";
import { splines } from "./splines.js";

const APART = 250; // steps between two states that are kept
const [B1, B2, MU, EPS] = [0.9, 0.999, 0.9, 1e-8];
const softplus = (z) => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));

/** setting: { kind, hidden, activation, init, grid, optimizer, lr, batch_size, dropout, weight_decay, seed } */
export const network = (s, rows) =>
  s.kind === "kan" ? splines([2, ...s.hidden, 1], s.grid, rows) : dense([2, ...s.hidden, 1], s.activation, rows);

/** The mean loss, and with `delta` its gradient over the logits; right: how many lie on their side. */
export function crossEntropy(logits, t, n, delta) {
  let [loss, right] = [0, 0];
  for (let r = 0; r < n; r++) {
    loss += t[r] ? softplus(-logits[r]) : softplus(logits[r]);
    right += Number(logits[r] > 0 === t[r] > 0);
    if (delta) delta[r] = (sigmoid(logits[r]) - t[r]) / n;
  }
  return { loss: n ? loss / n : NaN, right };
}

/** θ after step t (from 1) of the optimizer; m and v, its memory, change in place too. */
export function update(theta, g, m, v, t, { optimizer, lr, weight_decay: decay }) {
  if (optimizer === "adam") {
    const [c1, c2] = [1 - B1 ** t, 1 - B2 ** t];
    for (let k = 0; k < theta.length; k++) {
      m[k] = B1 * m[k] + (1 - B1) * g[k];
      v[k] = B2 * v[k] + (1 - B2) * g[k] * g[k];
      theta[k] = theta[k] * (1 - lr * decay) - ((lr / c1) * m[k]) / (Math.sqrt(v[k]) / Math.sqrt(c2) + EPS);
    }
    return;
  }
  for (let k = 0; k < theta.length; k++) {
    const slope = g[k] + decay * theta[k];
    m[k] = optimizer === "momentum" ? MU * m[k] + slope : slope;
    theta[k] -= lr * m[k];
  }
}

/** Is the loss noted after step t? All of the first 32 steps, then every second, fourth …: a few hundred in all. */
const noted = (t) => t % 2 ** Math.max(0, Math.floor(Math.log2(Math.max(1, t) / 16))) === 0;

/** One run: { t, theta, losses, goTo(t, until), oneStep(), measure() }. list: [[x₁, x₂, class], …]. */
export function trainer(s, list) {
  const { train, held } = split(list);
  const rows = Math.max(1, train.n, held.n);
  const net = network(s, rows);
  const size = Math.max(1, Math.min(s.batch_size, train.n));
  const perEpoch = Math.max(1, Math.ceil(train.n / size));
  const g = new Float64Array(net.size);
  const batch = { X: new Float64Array(2 * size), t: new Float64Array(size), n: 0, rows: [] };
  const masks = s.dropout > 0 && s.kind === "mlp" ? s.hidden.map((m) => new Float64Array(size * m)) : undefined;
  const begin = net.start(normal(stream(s.seed, 2, 0)), s.init);
  const run = { s, net, train, held, size, perEpoch, t: 0, theta: begin, m: new Float64Array(net.size), v: new Float64Array(net.size), g, batch };
  let order = [];
  let epoch = -1;
  const kept = new Map(); // t → { theta, m, v }
  const losses = new Map(); // t → [training, held out]

  /** The batch of step t, counted from 1. */
  function fill(t) {
    const e = Math.floor((t - 1) / perEpoch);
    if (e !== epoch) {
      const random = stream(s.seed, 3, (epoch = e));
      order = Array.from({ length: train.n }, (_, i) => i);
      for (let i = train.n - 1; i > 0; i--) {
        const j = Math.floor(random() * (i + 1));
        [order[i], order[j]] = [order[j], order[i]];
      }
    }
    const from = ((t - 1) % perEpoch) * size;
    batch.rows = order.slice(from, from + size);
    batch.n = batch.rows.length;
    batch.rows.forEach((row, r) => {
      batch.X[2 * r] = train.X[2 * row];
      batch.X[2 * r + 1] = train.X[2 * row + 1];
      batch.t[r] = train.t[row];
    });
    if (!masks) return;
    const random = stream(s.seed, 4, t);
    masks.forEach((mask, l) => {
      for (let k = 0; k < batch.n * s.hidden[l]; k++) mask[k] = random() < s.dropout ? 0 : 1 / (1 - s.dropout);
    });
  }

  const pass = (theta, { X, t, n }, drop) => {
    const { loss, right } = crossEntropy(net.forward(theta, X, n, drop), t, n, net.D.at(-1));
    return { loss, right };
  };

  function note() {
    if (noted(run.t) && !losses.has(run.t)) losses.set(run.t, [pass(run.theta, train).loss, pass(run.theta, held).loss]);
  }

  const keep = () => kept.set(run.t, { theta: run.theta.slice(), m: run.m.slice(), v: run.v.slice() });

  function step() {
    fill(++run.t);
    const { loss } = pass(run.theta, batch, masks);
    net.backward(run.theta, batch.n, g);
    update(run.theta, g, run.m, run.v, run.t, s);
    if (run.t % APART === 0 && !kept.has(run.t)) keep();
    note();
    return loss;
  }
  keep();
  note();

  /** Towards step t; gives up when `until()` says so. Returns whether it has arrived. */
  run.goTo = (t, until = () => false) => {
    if (!train.n) return true;
    if (t < run.t) {
      const from = Math.max(...[...kept.keys()].filter((k) => k <= t));
      const { theta, m, v } = kept.get(from);
      [run.t, run.theta, run.m, run.v] = [from, theta.slice(), m.slice(), v.slice()];
    }
    while (run.t < t) {
      step();
      if (run.t < t && until()) return false;
    }
    return true;
  };

  /** The step that led here, looked at: { rows, before, after (loss on its batch), theta, m, v (from before), g }. */
  run.lastStep = () => {
    const t = run.t;
    if (!t || !train.n) return null;
    run.goTo(t - 1);
    const [theta, m, v] = [run.theta.slice(), run.m.slice(), run.v.slice()];
    const before = step();
    const gradient = g.slice();
    return { t, rows: batch.rows, before, after: pass(run.theta, batch, masks).loss, theta, m, v, g: gradient };
  };

  /** [[t, training loss, held-out loss], …] up to here, the present one last. */
  run.history = (now) => [...[...losses].filter(([t]) => t < run.t).map(([t, both]) => [t, ...both]).sort((a, b) => a[0] - b[0]), [run.t, ...now]];

  /** Losses and shares of right answers; of all training points the gradient, layer by layer and unit by unit. */
  run.measure = () => {
    const out = pass(run.theta, held);
    const inside = pass(run.theta, train);
    net.backward(run.theta, train.n, g);
    const units = net.layers.map((layer, l) => Array.from({ length: layer.m }, (_, i) => unit(layer, l, i)));
    const norms = net.layers.map(({ W, end }) => norm(g, W, end));
    return { loss: inside.loss, heldLoss: out.loss, right: inside.right / train.n, heldRight: out.right / held.n, norms, units };
  };

  function unit({ n, m, W, b, c, end }, l, i) {
    let [highest, on, steepest] = [-Infinity, 0, 0];
    const z = net.Z[l];
    const bend = s.kind === "mlp" && l < s.hidden.length;
    for (let r = 0; r < train.n; r++) {
      const value = z[r * m + i];
      highest = Math.max(highest, value);
      on += Number(value > 0);
      if (bend) steepest = Math.max(steepest, Math.abs(net.slope(value, net.A[l][r * m + i])));
    }
    const K = (end - (c ?? end)) / (m * n);
    const own = norm(g, W + i * n, W + (i + 1) * n);
    const rest = b === undefined ? norm(g, c + i * n * K, c + (i + 1) * n * K) : Math.abs(g[b + i]);
    const dead = bend && s.activation === "relu" && highest <= 0 && train.n > 0;
    const flat = bend && !dead && steepest < 0.01 && train.n > 0;
    return { highest, on, steepest, gradient: Math.hypot(own, rest), dead, flat };
  }
  return run;
}

function norm(values, from, to) {
  let sum = 0;
  for (let k = from; k < to; k++) sum += values[k] * values[k];
  return Math.sqrt(sum);
}
